from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_lists(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """They are read anew: what is sealed in them does not outlast its column."""
    apps.get_model("workitems", "QueueSnapshot").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("workitems", "0014_turns"),
    ]

    operations = [
        migrations.RunPython(forget_lists, migrations.RunPython.noop),
        migrations.RemoveField(model_name="queuesnapshot", name="sealed"),
        migrations.AddField(
            model_name="queuesnapshot",
            name="sealed",
            field=models.BinaryField(null=True),
        ),
    ]
