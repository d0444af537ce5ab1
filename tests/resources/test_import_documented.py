"""The example in docs/mapping.md is what somebody will try first: it has to work as it stands there."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from resources.models import Service

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "mapping.md"


def test_the_documented_mapping_takes_the_documented_table_over(tmp_path, capsys):
    for kind in ("csv", "toml"):
        block = re.search(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        (tmp_path / f"listings.{kind}").write_text(block[1], "utf-8")
    call_command(
        *("import_hsds", str(tmp_path / "listings.csv")),
        *("--mapping", str(tmp_path / "listings.toml"), "--source", "Harbour list"),
    )
    assert "refused" not in capsys.readouterr().out
    tea, walk = Service.objects.order_by("name")
    assert (tea.description, tea.cost, tea.kind) == ("Warm and slow.\n\nBring a cup.", "free", "group")
    assert tea.access == ["step_free", "quiet"]
    assert tea.at_locations.get().location.addresses.get().city == "Alder Bay"
    assert (walk.cost, walk.at_locations.count(), walk.phones.get().number) == ("paid", 0, "555-0102")
    assert tea.organization == walk.organization
