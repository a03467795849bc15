def pytest_addoption(parser):
    parser.addoption("--write-faults", action="store_true", help="write docs/faults.md anew")
