from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="unitagreement",
            name="former",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="stateanswer",
            name="former",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
