"""What is kept of queues: the numbers of all, and the lists that somebody has read."""

from django.db import models

from workitems.isc.lenient import LONGEST_ID


class QueueState(models.Model):
    """What the tenant scan has found of one owner's queue: numbers and a mark, nothing else.

    `completed` is null where nobody has asked for it. `oldest_at` is since when the oldest task
    waits, null where nothing waits or nothing tells; `changed_at` is of the pass that found it or
    of a decision here, both in epoch seconds. A doubtful row may be wrong: the list moved while it
    was read.
    """

    owner_id = models.CharField(max_length=LONGEST_ID, primary_key=True)
    open = models.PositiveIntegerField()
    completed = models.PositiveIntegerField(null=True)
    mark = models.CharField(max_length=16, blank=True)
    oldest_at = models.FloatField(null=True)
    changed_at = models.FloatField()
    is_doubtful = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.open} open for {self.owner_id}"


class TenantScanState(models.Model):
    """One row: who scans, and since when the rows of `QueueState` are true.

    Times are epoch seconds; `confirmed_at` is the beginning of the last pass that was published, 0
    where there is none. `is_partial`: the list has rows that name no owner. `off_because` is the
    reason in a sentence, "" while the scan may run.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    confirmed_at = models.FloatField(default=0.0)
    is_partial = models.BooleanField(default=False)
    off_because = models.CharField(max_length=200, blank=True)
    holder = models.CharField(max_length=36, blank=True)
    held_until = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"confirmed at {self.confirmed_at:.0f}"


class QueueSnapshot(models.Model):
    """A list as one person has read it, sealed, and how far the present reading of it is.

    It goes with the session that has read it. `mark` is a keyed hash of viewer, owner, list and
    rights. `version` rises with each change of `sealed`, whose reading `number`, `begun_at` and
    `is_whole` describe. `rows` is how many the present reading has, `total` how many there are.
    Times are epoch seconds: `held_until` is when a reader counts as killed, `failed_at` 0 where the
    last reading ended well, `used_at` the last look.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey("signin.Session", models.CASCADE)
    version = models.PositiveIntegerField(default=0)
    number = models.PositiveIntegerField(default=0)
    begun_at = models.FloatField(default=0.0)
    is_whole = models.BooleanField(default=False)
    change_mark = models.CharField(max_length=16, blank=True)
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    holder = models.CharField(max_length=36, blank=True)
    held_until = models.FloatField(default=0.0)
    failed_at = models.FloatField(default=0.0)
    used_at = models.FloatField(default=0.0, db_index=True)
    # The last column: SQLite reads through a megabyte of it to reach what stands behind it.
    sealed = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"{self.rows} rows, version {self.version}"
