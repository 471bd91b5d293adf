/*
 * What ffmpeg says of its progress, through worker/progress.h: the same
 * wherever it was cut, and never backwards. The first byte says where.
 */
#include <string.h>

#include "fuzz.h"
#include "worker/progress.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct progress whole = { .used = 0 }, cut = { .used = 0 };
	const char *bytes = (const char *)data + 1;
	int64_t before, part;
	size_t at;

	if (size == 0)
		return 0;
	size--;
	at = size > 0 ? data[0] % size : 0;
	progress_feed(&whole, bytes, size);
	progress_feed(&cut, bytes, at);
	before = cut.time_us;
	progress_feed(&cut, bytes + at, size - at);
	CHECK(before >= 0 && cut.time_us >= before);
	CHECK(cut.time_us == whole.time_us && cut.used == whole.used);
	part = progress_thousandths(&whole, 1000000, 100, 900);
	CHECK(part >= 100 && part <= 900);
	CHECK(progress_thousandths(&whole, 0, 100, 900) == 100);
	return 0;
}
