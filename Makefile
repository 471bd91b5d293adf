# livebin: everything is built under build/. The targets people use:
#
#	make run	install what is missing, build, serve on this machine
#	make test	unit, HTTP, browser and lint tests
#	make faults	what is killed, full, locked, damaged: nothing is lost
#	make fuzz	every parser of bytes from outside
#	make bench	ratios against a reference of the same run
#
# SAN=address or SAN=thread builds into a folder of its own with that sanitizer.

SAN ?=
BUILD = build$(if $(SAN),/$(SAN))
PORT ?= 8080
BIND ?= 127.0.0.1
DATA ?= ./var

CC = gcc
CSTD = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
WARN = -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wswitch-enum -Wundef -Werror
OPT = -O$(if $(SAN),1,2) -g -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
SANFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -U_FORTIFY_SOURCE)
CFLAGS = $(CSTD) $(OPT) $(WARN) $(SANFLAGS)
CPPFLAGS = -Iinclude -Icgi-bin -I$(BUILD)/gen
LDFLAGS = -pie -Wl,-z,relro,-z,now $(SANFLAGS)
LDLIBS = -lfcgi -lsqlite3 -ljson-c -lsodium -lpthread

PROGRAMS = create start stop signal active stream view health media whep whip \
	hook
signal_PARTS = signal signal_post signal_get door_offer
whep_PARTS = whep whep_offer whep_session whep_events door_offer door_webrtc
whip_PARTS = whip door_webrtc
hook_PARTS = hook hook_read

LIBRARY = $(BUILD)/liblivebin.a
SOURCES = $(wildcard src/base/*.c src/store/*.c src/http/*.c src/live/*.c) \
	$(filter-out %/main.c,$(wildcard src/worker/*.c src/admin/*.c))
OBJECTS = $(SOURCES:%.c=$(BUILD)/obj/%.o)
DOORS = $(PROGRAMS:%=$(BUILD)/cgi-bin/%)
WORKER = $(BUILD)/bin/livebin-worker
ADMIN = $(BUILD)/bin/livebin
SHIM = $(BUILD)/faults/clock_shift.so
UNITS = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

all: $(DOORS) $(WORKER) $(ADMIN)

run: all
	@BUILD='$(BUILD)' PORT='$(PORT)' BIND='$(BIND)' DATA='$(DATA)' \
		exec deploy/run

# What a bare machine lacks, asked of the system once; a stamp remembers.
deps: build/deps-run
build/deps-%: deploy/deps
	@deploy/deps $*
	@mkdir -p build && touch $@

$(DOORS): $(BUILD)/cgi-bin/%: $(BUILD)/obj/cgi-bin/door.o \
		$(BUILD)/obj/cgi-bin/door_kick.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBRARY) $(LDLIBS)
define door_parts
$(BUILD)/cgi-bin/$(1): $$(patsubst %,$(BUILD)/obj/cgi-bin/%.o,$(or $($(1)_PARTS),$(1)))
endef
$(foreach program,$(PROGRAMS),$(eval $(call door_parts,$(program))))

$(WORKER): $(BUILD)/obj/src/worker/main.o
$(ADMIN): $(BUILD)/obj/src/admin/main.o
$(WORKER) $(ADMIN): $(LIBRARY)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBRARY) $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/obj/%.o: %.c $(BUILD)/gen/schema_sql.h | build/deps-run
	@mkdir -p $(@D)
	@echo "compile $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/gen/schema_sql.h: schema.sql deploy/schema2h.awk
	@mkdir -p $(@D)
	@awk -f deploy/schema2h.awk schema.sql > $@

$(BUILD)/unit/%: tests/unit/%.c tests/unit/unit.h $(LIBRARY) | build/deps-test
	@mkdir -p $(@D)
	@echo "compile and link $<"
	@$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< \
		$(LIBRARY) $(LDLIBS) -lcmocka

units: $(UNITS)

# A clock that is set while programs run (tests/faults/clock_shift.c).
$(SHIM): tests/faults/clock_shift.c
	@mkdir -p $(@D)
	@echo "compile $<"
	@$(CC) $(CSTD) $(WARN) -O2 -fPIC -shared -o $@ $<

test: all units $(SHIM) build/deps-test
	@BUILD='$(BUILD)' SAN='$(SAN)' tests/run

# FAULTS_SECONDS is how long each fault goes on that could for ever; SEED is
# that of a run whose draws are wanted again.
FAULTS_SECONDS ?= 60
faults: all $(SHIM) build/deps-test
	@BUILD='$(BUILD)' FAULTS_SECONDS='$(FAULTS_SECONDS)' SUITES=faults JOBS=1 \
		tests/run

# FUZZ_SECONDS is for each target; TARGETS="sdp body" picks some.
fuzz: build/deps-test
	@BUILD='$(BUILD)' tests/fuzz/run

bench: all build/deps-bench
	@BUILD='$(BUILD)' tests/bench/run

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)

.PHONY: all run deps units test faults fuzz bench clean
.SECONDARY:
