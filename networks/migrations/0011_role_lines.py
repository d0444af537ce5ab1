"""The end of a role that was taken without a line, written into the consent record of both.

0009 ended the role of whoever was limited, and removing an organiser used to end it, and neither wrote a line. It can
still be told: the last word of the two about organising is a yes, and nobody of them organises for the other. The words
are those of that yes, in its language; the time is today's, for a record is only ever added to.
"""

from django.db import migrations

ENDED = """
    INSERT INTO accounts_consent
        (subject_id, grantee_id, purpose, act, categories, text, language, version, how, recorded_at)
    SELECT said.subject_id, said.grantee_id, said.purpose, 'withdrawn', said.categories, said.text, said.language,
           said.version, '', now()
    FROM (
        SELECT DISTINCT ON (subject_id, grantee_id) * FROM accounts_consent
        WHERE purpose = 'share' AND categories = '["organiser"]'::jsonb AND grantee_id IS NOT NULL
        ORDER BY subject_id, grantee_id, id DESC
    ) said
    WHERE said.act = 'given'
      AND NOT EXISTS (
        SELECT FROM networks_membership m
        WHERE m.ended_at IS NULL AND m.role = 'organiser'
          AND (m.owner_id, m.member_id) IN ((said.subject_id, said.grantee_id), (said.grantee_id, said.subject_id))
      )
"""


class Migration(migrations.Migration):
    dependencies = [("networks", "0010_share_ends"), ("accounts", "0004_kept_consents")]

    # The record is never taken back. Run again it finds nothing to add.
    operations = [migrations.RunSQL(ENDED, migrations.RunSQL.noop)]
