from django.apps import AppConfig


class WorkItemsConfig(AppConfig):
    name = "workitems"
