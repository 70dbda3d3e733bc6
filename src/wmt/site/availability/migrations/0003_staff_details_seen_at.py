import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("availability", "0002_staff_details")]

    operations = [
        migrations.AddField(
            model_name="staffdetails",
            name="seen_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
    ]
