from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("availability", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="StaffDetails",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("staff_code", models.TextField(unique=True)),
                ("forename", models.TextField(blank=True)),
                ("middle_name", models.TextField(blank=True)),
                ("surname", models.TextField(blank=True)),
                ("email", models.TextField(blank=True)),
            ],
        ),
    ]
