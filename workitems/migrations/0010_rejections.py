from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workitems", "0009_basket"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rejection",
            fields=[
                ("mark", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("actor_id", models.CharField(db_index=True, max_length=255)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
