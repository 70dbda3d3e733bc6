from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_limited_access"),
    ]

    operations = [
        migrations.AddField(
            model_name="limitedaccess",
            name="as_at",
            field=models.DateTimeField(null=True),
        ),
    ]
