from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_the_first_start(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Of several that a person begins with, by presses at once, the first one counted."""
    views, seen = apps.get_model("workitems", "SavedView"), set()
    for view in views.objects.filter(is_start=True).order_by("made_at", "pk"):
        if view.person_id in seen:
            views.objects.filter(pk=view.pk).update(is_start=False)
        seen.add(view.person_id)


class Migration(migrations.Migration):
    dependencies = [
        ("workitems", "0012_forwards"),
    ]

    operations = [
        migrations.RunPython(keep_the_first_start, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_start", True)),
                fields=("person_id",),
                name="one_start_view",
            ),
        ),
    ]
