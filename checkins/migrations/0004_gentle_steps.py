"""What plans and silences made before have to know now.

A plan of "keep in touch" keeps its later nudges as steps, like any ladder. A silence that is open keeps who had agreed,
or nobody could be told in it; and its alerts are known by whom they went to, or those told would not hear how it ended.
"""

from django.db import migrations

STEPS = """
    INSERT INTO checkins_step (plan_id, position, wait, whom, terms)
    SELECT p.id, n.position, least(n.times * ceil(7.0 / cardinality(p.days)), 28) * interval '1 day', 'owner', ''
    FROM checkins_plan p CROSS JOIN (VALUES (1, 1), (2, 1), (3, 3), (4, 7)) n (position, times)
    WHERE p.programme = 'keep_in_touch' AND p.ended_at IS NULL AND cardinality(p.days) > 0
      AND NOT EXISTS (SELECT 1 FROM checkins_step s WHERE s.plan_id = p.id)
"""
NO_STEPS = """
    DELETE FROM checkins_step s USING checkins_plan p WHERE s.plan_id = p.id AND p.programme = 'keep_in_touch'
"""
AGREEMENTS = """
    UPDATE checkins_silencestep frozen SET agreed_at = step.agreed_at
    FROM checkins_silence silence JOIN checkins_step step ON step.plan_id = silence.plan_id
    WHERE silence.id = frozen.silence_id AND silence.closed_at IS NULL AND frozen.agreed_at IS NULL
      AND step.membership_id = frozen.membership_id AND step.agreed_at IS NOT NULL
"""
# Of silences that ended lately too: their all-clear may still be on its way.
ALERTS = """
    UPDATE outbox_message message SET dedupe_key = message.dedupe_key || ':' || frozen.membership_id
    FROM checkins_silencestep frozen JOIN checkins_silence silence ON silence.id = frozen.silence_id
    WHERE coalesce(silence.closed_at, now()) > now() - interval '1 day' AND frozen.membership_id IS NOT NULL
      AND message.dedupe_key = 'silence:' || frozen.silence_id || ':' || frozen.position
"""
ALERTS_AS_BEFORE = """
    UPDATE outbox_message message SET dedupe_key = 'silence:' || frozen.silence_id || ':' || frozen.position
    FROM checkins_silencestep frozen
    WHERE message.kind = 'checkins/alert' AND frozen.membership_id IS NOT NULL
      AND message.dedupe_key =
          'silence:' || frozen.silence_id || ':' || frozen.position || ':' || frozen.membership_id
      AND NOT EXISTS (
          SELECT 1 FROM checkins_silencestep beside WHERE beside.silence_id = frozen.silence_id
          AND beside.position = frozen.position AND beside.id <> frozen.id
      )
"""


class Migration(migrations.Migration):
    dependencies = [("checkins", "0003_what_holds"), ("outbox", "0001_initial")]

    operations = [
        migrations.RunSQL(STEPS, NO_STEPS),
        migrations.RunSQL(AGREEMENTS, migrations.RunSQL.noop),
        migrations.RunSQL(ALERTS, ALERTS_AS_BEFORE),
    ]
