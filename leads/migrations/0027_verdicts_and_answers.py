"""What sales knows and says of a lead, what marketing answers, and who waits in nurture."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funnel", "0008_reasons_lead_somewhere"),
        ("leads", "0026_no_plan_of_empty_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("nurture", "Nurture"),
                            ("close", "Close"),
                            ("dispute", "Dispute"),
                        ],
                        max_length=7,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.CharField(blank=True, max_length=300)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "Upheld"),
                            ("overturned", "Overturned"),
                            ("unclear", "Definition unclear"),
                        ],
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("because", models.CharField(blank=True, max_length=300)),
                ("is_example", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="BantItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.CharField(
                        choices=[
                            ("budget", "Budget"),
                            ("authority", "Authority"),
                            ("need", "Need"),
                            ("timing", "Timing"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("known", "Known"),
                            ("partly", "Partly"),
                            ("unknown", "Not known"),
                        ],
                        max_length=7,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Nurture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("cycle", models.PositiveSmallIntegerField()),
                ("return_on", models.DateField(null=True)),
                ("return_event", models.CharField(blank=True, max_length=60)),
                ("by_hand_only", models.BooleanField(default=False)),
                ("look_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=120)),
            ],
            options={
                "ordering": ["since", "id"],
            },
        ),
        migrations.CreateModel(
            name="WrongCriterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=120)),
                (
                    "flaw",
                    models.CharField(
                        choices=[
                            ("wrong", "Not true"),
                            ("stale", "No longer true"),
                            ("irrelevant", "True, but says nothing"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "wrong criteria",
            },
        ),
        migrations.AddField(
            model_name="handoff",
            name="answer_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="bought_because",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="handoff",
            name="competitor",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="handoff",
            name="expected_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="may_return",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="spared",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("answer_due_at__isnull", False)),
                fields=["answer_due_at", "id"],
                name="handoff_rejected_by_answer",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="arbiter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="handoff",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="leads.handoff",
            ),
        ),
        migrations.AddField(
            model_name="bantitem",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bantitem",
            name="lead",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bant",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="nurture",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="nurture",
            name="handoff",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.handoff",
            ),
        ),
        migrations.AddField(
            model_name="nurture",
            name="lead",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="nurtures",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="wrongcriterion",
            name="handoff",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="wrong_criteria",
                to="leads.handoff",
            ),
        ),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(
                condition=models.Q(("decision", ""), ("kind", "dispute")),
                fields=["arbiter", "due_at"],
                name="answer_undecided",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "dispute")),
                fields=("handoff",),
                name="answer_disputed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "dispute"), _negated=True),
                fields=("handoff",),
                name="answer_final_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("arbiter__isnull", False),
                        ("due_at__isnull", False),
                        ("kind", "dispute"),
                        models.Q(("text", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind", "dispute"), _negated=True),
                        ("arbiter", None),
                        ("decision", ""),
                        ("due_at", None),
                    ),
                    _connector="OR",
                ),
                name="answer_dispute_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision", ""),
                        ("is_example", False),
                    ),
                    models.Q(
                        models.Q(("decision", ""), _negated=True),
                        ("decided_at__gte", models.F("at")),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="answer_decision_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="bantitem",
            constraint=models.UniqueConstraint(fields=("lead", "item"), name="bant_item_once"),
        ),
        migrations.AddIndex(
            model_name="nurture",
            index=models.Index(
                condition=models.Q(("look_at__isnull", False)),
                fields=["look_at"],
                name="nurture_due",
            ),
        ),
        migrations.AddIndex(
            model_name="nurture",
            index=models.Index(fields=["lead", "since"], name="nurture_of_lead"),
        ),
        migrations.AddConstraint(
            model_name="nurture",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("lead",),
                name="nurture_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="nurture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", "")),
                    models.Q(
                        ("ended_at__gte", models.F("since")),
                        models.Q(("ended_by", ""), _negated=True),
                        ("look_at", None),
                    ),
                    _connector="OR",
                ),
                name="nurture_end_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="wrongcriterion",
            constraint=models.UniqueConstraint(
                fields=("handoff", "rule"), name="wrong_criterion_once"
            ),
        ),
    ]
