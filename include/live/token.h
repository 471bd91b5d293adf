/*
 * API tokens: made and revoked by the operator (docs/operate.md), shown by
 * whoever creates streams, or looks after all of them.
 */
#ifndef LIVEBIN_LIVE_TOKEN_H
#define LIVEBIN_LIVE_TOKEN_H

#include <stdbool.h>

#include "live/live.h"
#include "store/token.h"

/*
 * Makes a token by the name, scopes and limit of *wanted. It is in `secret` and
 * nowhere else: the caller shows it once and wipes it. ERROR_INPUT for a name
 * that is taken or isn't one. 0, or -1 with *err.
 */
int token_create(struct live *live, const struct token *wanted,
    char secret[KEY_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* The token of that name opens nothing from now on. 0, or -1 with *err. */
int token_revoke(struct live *live, const char *name, struct error *err)
    __attribute__((warn_unused_result));

/* The next by name, behind `after`; "" begins. 1 and *token, 0, or -1. */
int token_next(struct live *live, const char *after, struct token *token,
    struct error *err) __attribute__((warn_unused_result));

/*
 * The token that was shown, and notes that it was, once a minute.
 * ERROR_API_TOKEN_WRONG for what is none, ERROR_SCOPE for one that isn't good
 * for that. 0 and *token, or -1 with *err.
 */
int token_check(struct live *live, const char *secret, enum token_scope scope,
    struct token *token, struct error *err) __attribute__((warn_unused_result));

/* True if a token is good for that: TOKEN_ADMIN is good for all. */
bool token_allows(const struct token *token, enum token_scope scope);

#endif
