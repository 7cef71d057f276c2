"""The rules of the house that rest."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('followups', '0015_partner_followups'),
    ]

    operations = [
        migrations.CreateModel(
            name='RestingRule',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('because', models.CharField(max_length=300)),
                ('since', models.DateTimeField()),
            ],
        ),
    ]
