/*
 * What an RTMP server's callback says, brought to one form. For hook.c.
 */
#ifndef LIVEBIN_HOOK_READ_H
#define LIVEBIN_HOOK_READ_H

#include <stddef.h>

#include "base/address.h"
#include "base/error.h"
#include "live/jwt.h"

enum hook_event {
	HOOK_NOTHING, /* nobody needs to hear of it */
	HOOK_PUBLISH,
	HOOK_UPDATE,
	HOOK_DONE,
	HOOK_WATCH,
};

struct hook {
	enum hook_event event;
	char name[128]; /* that is published or played */
	char client[80];
	char viewer[ADDRESS_BYTES]; /* the address that it has at the server */
	char key[JWT_BYTES_MAX];    /* or a playback token; hook_wipe */
};

/*
 * Reads a body of nginx-rtmp (a form), of MediaMTX or of SRS (JSON), of `size`
 * bytes. ERROR_INPUT, with its field. 0, or -1 with *err.
 */
typedef int hook_reader(
    const char *body, size_t size, struct hook *hook, struct error *err);
hook_reader hook_read_nginx, hook_read_mediamtx, hook_read_srs;

void hook_wipe(struct hook *hook);

#endif
