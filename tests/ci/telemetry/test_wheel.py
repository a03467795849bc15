"""Who installs the plugin has the dashboard and the rules."""

import zipfile


def test_the_wheel_has_dashboard_and_rules(wheels):
    [wheel] = wheels.glob("switchhook_telemetry-*.whl")
    held = zipfile.ZipFile(wheel).namelist()
    told = [f"switchhook_telemetry/operating/{name}" for name in ("dashboard.json", "alerts.yml")]
    assert [each for each in told if each not in held] == []
