# Thin on purpose: every target first makes its own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PARTS := core $(sort $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml)))
INSTALLED := $(VENV)/installed

BUILDING := .venv/wheels/installed
RELEASING := .venv/release/installed
PAGING := .venv/pages/installed
AUDITING := .venv/audit/installed
SITE := plugins/docs/src/switchhook_docs/site
PAGES := $(shell find docs -type f -not -name '*.pyc') $(wildcard *.md) release/pages.py

.PHONY: demo demo-watson quick test lint style types types-of-tests ci coverage bench voices bargein relay against watson bad-plugins reload rolling faults docs public-api site wheels release clean demo-model models audit telemetry leaks records load soak steps

demo: $(INSTALLED)  ## a server, and a call with a recorded human voice
	@$(BIN)/python demo/run.py

demo-model: $(INSTALLED)  ## the same line with a chat model: MODEL_URL=http://127.0.0.1:11434/v1 MODEL=qwen3:4b make demo-model
	@$(BIN)/python demo/run.py --model

demo-watson: $(INSTALLED)  ## the same call through the Watson plugins, to emulated services
	@$(BIN)/python demo/run.py --watson

quick: $(INSTALLED)  ## every test that needs no socket, no speech engine and no process
	$(BIN)/python -m pytest -n auto --dist worksteal --hypothesis-profile=quick -m 'not real and not ci'

test: lint  ## linter, types, and every test but those of CI: the quick ones on every core, then those that wait, four files at a time
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'not real and not ci'
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m 'real and not ci'

lint: $(INSTALLED)  ## formatter, linters, who may import whom, types
	@$(MAKE) --no-print-directory -j 2 style types types-of-tests

style:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile

types:
	$(BIN)/mypy

types-of-tests:
	$(BIN)/mypy --explicit-package-bases --cache-dir .mypy_cache/tests tests

ci: $(INSTALLED) site  ## what .ci/run does besides `test`: wheels alone, first calls from wheels, real proxies
	$(BIN)/python -m pytest -n 2 --dist loadfile -m ci

coverage: $(INSTALLED)  ## lines and branches of core that `quick` runs
	$(BIN)/coverage run -m pytest -m 'not real and not ci'
	$(BIN)/coverage report

bench: $(INSTALLED)  ## the figures of docs/benchmarks.md
	$(BIN)/python benchmarks/measure.py

voices: $(INSTALLED)  ## the offline voices under hostile texts, while twenty calls are spoken to
	@$(BIN)/python benchmarks/voices.py

bargein: $(INSTALLED)  ## how soon recorded people interrupt, and how often noise does
	@$(BIN)/python benchmarks/bargein.py

relay: $(INSTALLED)  ## what a call costs in protocol and sockets, on uvloop
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --target $(VENV)/uvloop uvloop
	@PYTHONPATH=$(VENV)/uvloop $(BIN)/python benchmarks/relay.py

against: $(INSTALLED)  ## what a call costs beside another revision: make against REV=main
	@test "$(REV)" || { echo "say which revision, as in make against REV=main"; exit 2; }
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --target $(VENV)/uvloop uvloop
	@PYTHONPATH=$(VENV)/uvloop $(BIN)/python benchmarks/against.py $(REV)

watson: $(INSTALLED)  ## what Watson's plugins cost a call, against bare clients and IBM's SDK
	@$(BIN)/python benchmarks/watson_speech.py
	@$(BIN)/python benchmarks/assistant_http.py
	@$(BIN)/python benchmarks/watson_calls.py

models: $(INSTALLED)  ## calls with a streaming chat model: what a caller waits, and what they cost beside Watson's
	@$(BIN)/python benchmarks/model_calls.py
	@$(BIN)/python benchmarks/model_offline.py

bad-plugins: $(INSTALLED)  ## six bad plugins beside fifty good calls: is a frame lost
	@$(BIN)/python benchmarks/bad_plugins.py

reload: $(INSTALLED)  ## a configuration that is read again a hundred times under a hundred calls
	@$(BIN)/python benchmarks/reload.py

rolling: $(INSTALLED)  ## three workers that are restarted in two ways under a hundred calls, and more who come
	@$(BIN)/python benchmarks/rolling.py

telemetry: $(INSTALLED)  ## what figures and traces cost a call: with both and with neither, in the same seconds
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --target $(VENV)/uvloop uvloop
	@PYTHONPATH=$(VENV)/uvloop $(BIN)/python benchmarks/telemetry.py

leaks: $(INSTALLED)  ## twenty thousand short calls, refused and failed ones among them: does the process grow
	@$(BIN)/python benchmarks/leaks.py

records: $(INSTALLED)  ## workers killed at fifty moments under load: is a record lost; and what records cost a call
	@MOMENTS=50 $(BIN)/python -m pytest -s tests/ci/end_to_end/test_kill.py
	@$(BIN)/python benchmarks/records.py

RIVALS := picows pipecat-ai

load: $(INSTALLED)  ## a thousand live calls: what each costs beside other servers, and what comes first when there are too many
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --target $(VENV)/uvloop uvloop
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(VENV)/rivals $(RIVALS) || echo "$(RIVALS): not to be had here, and left out"
	@PYTHONPATH=$(VENV)/uvloop $(BIN)/python benchmarks/load.py compare --json $(VENV)/compare.json
	@PYTHONPATH=$(VENV)/uvloop $(BIN)/python benchmarks/load.py grow --json $(VENV)/grow.json --svg docs/pictures/load.svg
	@PYTHONPATH=$(VENV)/uvloop $(BIN)/python benchmarks/load_arrivals.py --json $(VENV)/arrivals.json

soak: $(INSTALLED)  ## half an hour of calls that come and go: does memory grow, is a frame lost
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --target $(VENV)/uvloop uvloop
	@PYTHONPATH=$(VENV)/uvloop $(BIN)/python benchmarks/load.py soak

steps: $(INSTALLED)  ## how many calls of functions a frame and a turn take: what CI holds
	@$(BIN)/python benchmarks/steps.py --why

faults: $(INSTALLED)  ## the calls of docs/faults.md, and the page itself
	$(BIN)/python -m pytest tests/real/faults/test_matrix.py --write-faults

public-api: $(INSTALLED)  ## what is public, written down anew once CHANGELOG.md names what has changed
	@$(BIN)/python tests/workspace/public_api.py

docs: $(INSTALLED)  ## the generated pages of docs/reference
	$(BIN)/python docs/generate.py

site: $(SITE)/index.html  ## the documentation as `switchhook docs` shows it; a link that leads nowhere fails it

$(SITE)/index.html: $(PAGING) $(PAGES)
	@$(dir $(PAGING))bin/python release/pages.py $(SITE)

wheels: $(BUILDING) site  ## every distribution into dist/, to be installed with `pip install --find-links dist`
	@$(dir $(BUILDING))bin/python release/build.py dist
	@echo "now, in an environment of your own: pip install --find-links $(CURDIR)/dist 'switchhook[genesys,offline]'"

release: $(RELEASING) site  ## what is published, into dist/: docs/how-to/release.md
	@$(dir $(RELEASING))bin/python release/prepare.py "$(REPOSITORY)"

$(BUILDING): NEEDS := hatchling
$(RELEASING): NEEDS := --requirement release/requirements.txt
$(PAGING): NEEDS := zensical
$(AUDITING): NEEDS := pip-audit
$(BUILDING) $(RELEASING) $(PAGING) $(AUDITING): constraints.txt release/requirements.txt
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(NEEDS)
	@touch $@

$(INSTALLED): constraints.txt pyproject.toml $(PARTS:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Switchhook needs Python 3.11 or newer; say make PYTHON=python3.11")'
	@echo "1/3 making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@echo "2/3 installing Switchhook, its plugins and what they need (about 800 MB unpacked, speech models included)"
	@$(BIN)/uv pip install --python $(BIN)/python --constraint constraints.txt --group dev $(PARTS:%=-e ./%)
	@echo "3/3 ready"
	@touch $(INSTALLED)

audit: $(AUDITING)  ## known vulnerabilities in every pinned version; fails where it could not look
	@$(dir $(AUDITING))bin/python release/audit.py

clean:
	rm -rf $(VENV) dist demo-output* $(SITE)
