"""The signs of life of job workers."""

from django.db import models


class Heartbeat(models.Model):
    """One job worker: `name` is its machine and process, `beaten_at` is in epoch seconds."""

    name = models.CharField(max_length=120, primary_key=True)
    beaten_at = models.FloatField()

    def __str__(self) -> str:
        return self.name
