"""A plan of "keep in touch" now keeps its later nudges as steps, like any ladder; plans made before get theirs."""

from django.db import migrations

WRITE = """
    INSERT INTO checkins_step (plan_id, position, wait, whom, terms)
    SELECT p.id, n.position, n.times * ceil(7.0 / cardinality(p.days)) * interval '1 day', 'owner', ''
    FROM checkins_plan p CROSS JOIN (VALUES (1, 1), (2, 1), (3, 3), (4, 7)) n (position, times)
    WHERE p.programme = 'keep_in_touch' AND p.ended_at IS NULL AND cardinality(p.days) > 0
      AND NOT EXISTS (SELECT 1 FROM checkins_step s WHERE s.plan_id = p.id)
"""
TAKE_BACK = """
    DELETE FROM checkins_step s USING checkins_plan p WHERE s.plan_id = p.id AND p.programme = 'keep_in_touch'
"""


class Migration(migrations.Migration):
    dependencies = [("checkins", "0003_what_holds")]

    operations = [migrations.RunSQL(WRITE, TAKE_BACK)]
