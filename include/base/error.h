/*
 * One error shape for the whole house. The lowest floor that knows sets it,
 * once; the floors above hand it on untouched. HTTP statuses are not here:
 * they live in http/problem.c, one row for each code.
 */
#ifndef LIVEBIN_BASE_ERROR_H
#define LIVEBIN_BASE_ERROR_H

enum error_code {
	ERROR_NONE,
	ERROR_INPUT,		   /* a member, parameter or body is wrong */
	ERROR_KEY_MISSING,	   /* the body has no streamKey */
	ERROR_CREDENTIALS_MISSING, /* nothing was shown where a key must be */
	ERROR_KEY_WRONG,	   /* a stream key was shown, not this one */
	ERROR_TOKEN_WRONG,	   /* a peer token nobody holds */
	ERROR_API_TOKEN_MISSING,   /* nothing was shown where one must be */
	ERROR_API_TOKEN_WRONG,	   /* what was shown is no API token */
	ERROR_PLAYBACK,		   /* a playback token that isn't good now */
	ERROR_HOOKS_OFF,	   /* no setting says whose callbacks count */
	ERROR_HOOK_REFUSED,	   /* a callback that isn't of those */
	ERROR_SCOPE,		   /* an API token that isn't good for this */
	ERROR_STREAM_UNKNOWN,	   /* no such stream, or not for this caller */
	ERROR_PEER_UNKNOWN,	   /* `to` names nobody */
	ERROR_PATH_UNKNOWN,
	ERROR_METHOD,
	ERROR_NOT_LIVE,	     /* an offer to a stream that isn't live */
	ERROR_NO_PUBLISHER,  /* live, but no publisher's page is present */
	ERROR_REPLACED,	     /* another page of the broadcaster took over */
	ERROR_ENCODER,	     /* another encoder is sending */
	ERROR_OVER,	     /* the broadcast of this encoder was stopped */
	ERROR_INIT,	     /* an init section is missing or bad */
	ERROR_NO_LENGTH,     /* a body without Content-Length */
	ERROR_TOO_LARGE,     /* a body over the route's limit */
	ERROR_MEDIA_TYPE,    /* a body that isn't JSON by its type */
	ERROR_MEDIA_KIND,    /* a file that isn't media */
	ERROR_UNPROCESSABLE, /* an offer that is right, and no use here */
	ERROR_PRECONDITION_MISSING, /* no If-Match where one must be */
	ERROR_PRECONDITION,	    /* an If-Match of another state */
	ERROR_SESSION_UNKNOWN,	    /* no such WHEP session, or it ended */
	ERROR_NO_OFFER,	    /* an answer where no counter-offer is open */
	ERROR_EXPIRED,	    /* the counter-offer ran out */
	ERROR_NO_ROOM,	    /* the site's limit or the disk's floor */
	ERROR_CROWD,	    /* one client waits for too much at once */
	ERROR_RATE,	    /* too many in too short a time */
	ERROR_MAILBOX_FULL, /* the receiver reads too slowly */
	ERROR_VIEWERS_MAX,  /* a playback token is used by enough already */
	ERROR_PEERS_MAX,    /* the broadcaster's page has no room */
	ERROR_REFUSED,	    /* the publisher's page said no */
	ERROR_ANSWER,	    /* what it answered is no answer */
	ERROR_NO_GATEWAY,   /* WHIP where no media gateway is */
	ERROR_BUSY,	    /* the queue or the parking lot is full */
	ERROR_SHUTDOWN,	    /* the program is being stopped */
	ERROR_NO_ANSWER,    /* the publisher didn't answer in time */
	ERROR_STORE,	    /* the database failed */
	ERROR_SYSTEM,	    /* the operating system failed */
	ERROR__MAX
};

/*
 * What went wrong. `field` names the member at fault (or is empty); `detail`
 * is a sentence for people (or is empty) and never holds SQL, a path or a
 * secret; what the operator needs beyond it goes to the log where it happens.
 */
struct error {
	enum error_code code;
	int retry_after_s; /* 0: none */
	char field[32];
	char detail[240];
};

/*
 * Fills *err and returns -1, so that a failing function can end with
 * `return error_set(err, ...)`. `field` may be NULL; `format` as in printf.
 */
int error_set(struct error *err, enum error_code code, const char *field,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same, with the seconds after which it makes sense to try again. */
int error_set_retry(struct error *err, enum error_code code, int after_s,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
