# `make run` serves Examples/hello; `make test` runs every suite. Both install what they need and are
# quick the second time: what has been made is marked by stamps in .venv.

SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
EXTENSION := .build-embedded/release/lib_necro.so
BIND ?= 127.0.0.1:8000
SECONDS ?= 60
ROUNDS ?= 5
BENCH_SECONDS ?= 2
SOCKETS ?= unix
CONNECTIONS ?= 10000
SEED ?= 1
OPERATIONS ?= 1000000
QUERIES ?= 2000

# What the tests and benchmarks use beside Swift and Python: peers to compare with, servers, clients.
PACKAGES := openssl libssl-dev libpq-dev libhiredis-dev libhttp-parser-dev postgresql pgbouncer redis-server nginx wrk curl qemu-user \
  libsimdjson-dev rapidjson-dev

.PHONY: run build size test spec fuzz soak simulate-postgres simulate-redict scribe-referee bench-http bench-https bench-http1 bench-app bench-client \
  bench-start bench-postgres bench-resp bench-redict bench-redis bench-json check-floats format clean packages swift

run: build
	@printf '%s\n' 'Try, in another terminal:' \
	  "  curl -s http://$(BIND)/" \
	  "  curl -s http://$(BIND)/graves/1" \
	  "  curl -s 'http://$(BIND)/graves?limit=1&letter=L'" \
	  "  curl -s http://$(BIND)/raise -d '{\"name\": \"Mortimer\"}'" \
	  "  curl -si http://$(BIND)/graves/x" \
	  "  curl -si http://$(BIND)/door -H 'x-password: mellon'" ''
	@PYTHONPATH=Sources/Python NECRO_EXTENSION=$(CURDIR)/$(EXTENSION) \
	  exec $(PY) -m necro host Examples/hello/app.py --bind $(BIND)

# The extension as it ships, for the interpreter in .venv. Swift knows what has changed.
build: $(VENV)/made swift
	@NECRO_EMBEDDED=1 \
	  NECRO_PYTHON_INCLUDE="$$($(PY) -c 'import sysconfig; print(sysconfig.get_config_var("INCLUDEPY"))')" \
	  swift build -c release --product _necro --scratch-path .build-embedded

# What the installed package is made of: the library by module and function, Python by folder.
size: $(VENV)/tools swift
	@NECRO_EMBEDDED=1 NECRO_SYMBOLS=1 NECRO_MAP=$(CURDIR)/.build-size/library.map \
	  NECRO_PYTHON_INCLUDE="$$($(PY) -c 'import sysconfig; print(sysconfig.get_config_var("INCLUDEPY"))')" \
	  swift build -q -c release --product _necro --scratch-path .build-size
	@$(PY) Benchmarks/size/breakdown.py .build-size/library.map

test: packages $(VENV)/tools swift
	@$(PY) .ci/suites.py

# Which clauses of the specifications are implemented, and by which tests that is shown.
spec: $(VENV)/made
	@$(PY) Spec/coverage.py

# A million operations of the Redict driver in virtual time; `make test` runs fewer.
simulate-redict: swift
	@NECRO_SIMULATED_OPERATIONS=$(OPERATIONS) NECRO_SEED=$(SEED) \
	  swift test --disable-xctest --filter '^RedictTests\..*SimulationTests'

# Queries made at random against the proof of what is never NULL. A wrong one is printed with the seed
# that repeats it: `make scribe-referee QUERIES=1 SEED=NUMBER`.
scribe-referee: packages $(VENV)/tools build
	@NECRO_EXTENSION=$(CURDIR)/$(EXTENSION) PYTHONPATH=Sources/Python:Sources/Scribe:Tests/PythonTests/scribe/support \
	  $(PY) -m scribe_trials --queries $(QUERIES) --seed $(SEED)

fuzz: $(VENV)/made swift
	@$(PY) .ci/fuzz.py --seconds $(SECONDS)

soak: packages build
	@PYTHONPATH=Benchmarks/http $(PY) Benchmarks/soak/soak.py --connections $(CONNECTIONS) --seed $(SEED)

# The Postgres driver over a simulated network and server, among faults. A violation names the seed that
# repeats it: `make simulate-postgres OPERATIONS=20000 SEED=NUMBER`.
simulate-postgres: swift
	@swift run -q -c release --scratch-path .build-simulation postgres-simulator $(OPERATIONS) $(SEED)

bench-http: packages build
	@$(PY) Benchmarks/http/run.py --rounds $(ROUNDS)
	@$(PY) Benchmarks/http/memory.py

# HTTPS beside nginx and granian with the same key and cipher: requests, handshakes, idle memory.
bench-https: packages build
	@PYTHONPATH=Benchmarks/http $(PY) Benchmarks/https/measure.py --rounds $(ROUNDS)

# What routes, middleware and providers cost, beside FastAPI on uvicorn.
bench-app: packages build
	@PYTHONPATH=Benchmarks/http $(PY) Benchmarks/app/costs.py --rounds $(ROUNDS)

# How soon a test client answers, beside FastAPI's.
bench-client: build
	@PYTHONPATH=Benchmarks/http $(PY) Benchmarks/client/start.py --rounds $(ROUNDS)

# How soon necro is imported and `necro host` answers, beside FastAPI on uvicorn.
bench-start: build
	@PYTHONPATH=Benchmarks/http $(PY) Benchmarks/start/first_answer.py --rounds $(ROUNDS)

# The codec alone: the ordinary build, and Embedded Swift as it ships.
bench-http1: swift
	@echo 'ordinary Swift:' && swift run -q --package-path Benchmarks/http1 -c release http1-codec
	@echo 'Embedded Swift:' && NECRO_EMBEDDED=1 swift run -q --package-path Benchmarks/http1 \
	  -c release --scratch-path .build-bench-embedded http1-codec

# The RESP codec alone beside hiredis' reader, in the same two modes.
bench-resp: packages swift
	@echo 'ordinary Swift:' && swift run -q --package-path Benchmarks/resp -c release resp-codec
	@echo 'Embedded Swift:' && NECRO_EMBEDDED=1 swift run -q --package-path Benchmarks/resp \
	  -c release --scratch-path .build-bench-resp-embedded resp-codec

# The Redict driver alone beside hiredis in C, per second of the client's processor.
bench-redict: packages $(VENV)/made swift
	@NECRO_EMBEDDED=1 swift build -q --package-path Benchmarks/redict -c release \
	  --scratch-path .build-bench-redict
	@PYTHONPATH=Sources/Python $(PY) Benchmarks/redict/driver.py --rounds $(ROUNDS) \
	  .build-bench-redict/release/redict-driver

# The same from Python, beside redis-py and coredis; and `POST /bind` beside FastAPI with redis-py.
bench-redis: packages build
	@PYTHONPATH=Benchmarks/http:Sources/Python $(PY) Benchmarks/redict/python/compare.py \
	  --rounds $(ROUNDS) --seconds $(BENCH_SECONDS)

# `SOCKETS="unix tcp"` measures over TCP as well.
bench-postgres: packages build
	@export PYTHONPATH=Benchmarks/http:Sources/Python:Tests/PythonTests/support \
	  && $(PY) Benchmarks/postgres/compare.py --rounds $(ROUNDS) --seconds $(BENCH_SECONDS) \
	    --sockets $(SOCKETS) \
	  && $(PY) Benchmarks/postgres/endtoend.py --rounds $(ROUNDS) --seconds $(BENCH_SECONDS) \
	  && $(PY) Benchmarks/postgres/retention.py

# Doubles against the C library's, for random bits and texts: about a million a second.
check-floats: swift
	@swift run -q -c release json-floats $(SECONDS) $(SEED)

# `BENCH_SECONDS=n` is for each document and way.
bench-json: packages build
	@mkdir -p .build-bench && g++ -O3 -DNDEBUG -DRAPIDJSON_SSE2 -shared -fPIC \
	  -o .build-bench/libnecro-json-peers.so Benchmarks/json/codec/peers/CPeers.cpp -lsimdjson
	@NECRO_PEERS=$(CURDIR)/.build-bench swift run -q --package-path Benchmarks/json/codec \
	  --scratch-path .build-bench -c release json-codec $(BENCH_SECONDS)
	@[ -x .venv-bench-json/bin/python ] || $(PY) -m venv .venv-bench-json
	@.venv-bench-json/bin/python -m pip install -q -r Benchmarks/json/python/requirements.txt
	@.venv-bench-json/bin/python Benchmarks/json/python/compare.py --seconds $(BENCH_SECONDS)

format: $(VENV)/tools
	@$(VENV)/bin/ruff check -q --fix . && $(VENV)/bin/ruff format -q .
	@swift format -i -p -r $(wildcard Package.swift Sources Tests Fuzz Examples)

clean:
	rm -rf .build .build-* .venv .venv-* dist

packages:
	@.ci/install-packages $(PACKAGES)

swift:
	@command -v swift >/dev/null || { \
	  echo 'swift is missing: install Swift 6.2 or newer (swift.org/install/linux)' >&2; exit 1; }

# A virtual environment that is there already is kept, where its Python will do.
$(VENV)/made:
	@python="$$(PYTHON=$(PY) .ci/find-python)" && \
	  { [ "$$python" = "$$(realpath -q $(PY))" ] || rm -rf $(VENV); } && \
	  "$$python" -m venv $(VENV) && touch $@

$(VENV)/tools: pyproject.toml $(VENV)/made
	@$(PY) -m pip install -q 'pip>=25.1' && $(PY) -m pip install -q --group dev && touch $@
