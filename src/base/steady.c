/*
 * The even clock: the time since the host's boot, to which is added what the
 * calendar was ahead of it once. That number stands in a file, beside the name
 * of the boot that it is of; after another boot it is taken anew.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/steady.h"

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_CHARS 36
#define LINE_BYTES 80

/* Set once by steady_open, before threads start; constant afterwards. */
static struct {
	bool open;
	int64_t ahead_ms; /* the calendar's lead when it was taken */
} steady;

static int64_t
boot_ms(void)
{
	struct timespec since;

	/* The time that the host slept counts: leases ran out meanwhile. */
	if (clock_gettime(CLOCK_BOOTTIME, &since) != 0)
		return clock_mono_ms();
	return (int64_t)since.tv_sec * 1000 + since.tv_nsec / 1000000;
}

int64_t
steady_now_ms(void)
{
	return steady.open ? boot_ms() + steady.ahead_ms : clock_unix_ms();
}

int64_t
steady_of_unix(int64_t unix_ms)
{
	return unix_ms == INT64_MAX
		   ? unix_ms
		   : steady_now_ms() + (unix_ms - clock_unix_ms());
}

int64_t
steady_to_unix(int64_t steady_ms)
{
	return steady_ms == INT64_MAX
		   ? steady_ms
		   : clock_unix_ms() + (steady_ms - steady_now_ms());
}

/* The boot's name; of a host that doesn't say it, one that is no other's. */
static void
boot_name(char name[BOOT_CHARS + 1])
{
	const int fd = open(BOOT_FILE, O_RDONLY | O_CLOEXEC);

	memset(name, 0, BOOT_CHARS + 1);
	if (fd < 0 || read(fd, name, BOOT_CHARS) != BOOT_CHARS)
		(void)snprintf(name, BOOT_CHARS + 1, "%ld-%" PRId64,
		    (long)getpid(), clock_unix_ms());
	if (fd >= 0)
		(void)close(fd);
}

/* The lead that the line holds, if it is of this boot. */
static bool
line_read(int fd, const char *boot, int64_t *ahead_ms)
{
	char line[LINE_BYTES] = "", *end;
	const size_t size = strlen(boot);

	if (pread(fd, line, sizeof(line) - 1, 0) <= 0 ||
	    strncmp(line, boot, size) != 0 || line[size] != ' ')
		return false;
	*ahead_ms = strtoll(line + size + 1, &end, 10);
	return end > line + size + 1 && *end == '\n';
}

static int
line_write(int fd, const char *boot, int64_t ahead_ms, struct error *err)
{
	char line[LINE_BYTES];
	int size;

	size = snprintf(line, sizeof(line), "%s %" PRId64 "\n", boot, ahead_ms);
	return file_write_at(fd, line, (size_t)size, 0, err);
}

int
steady_open(const char *path, struct error *err)
{
	char boot[BOOT_CHARS + 1];
	int64_t ahead_ms;
	int fd, rc = 0;

	fd = file_lock(path, 1, err);
	if (fd < 0)
		return -1;
	boot_name(boot);
	if (!line_read(fd, boot, &ahead_ms)) {
		ahead_ms = clock_unix_ms() - boot_ms();
		rc = line_write(fd, boot, ahead_ms, err);
	}
	(void)close(fd);
	if (rc != 0)
		return -1;
	steady.ahead_ms = ahead_ms;
	steady.open = true;
	return 0;
}
