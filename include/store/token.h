/*
 * API tokens: what the operator gives out by name. The "lasting" part. The
 * token itself is nowhere, its hash finds it.
 */
#ifndef LIVEBIN_STORE_TOKEN_H
#define LIVEBIN_STORE_TOKEN_H

#include <stdint.h>

#include "base/id.h"
#include "store/store.h"

#define TOKEN_NAME_MAX 60

/* What a token is good for; the bits are stored. */
enum token_scope {
	TOKEN_CREATE = 1, /* creating streams */
	TOKEN_ADMIN = 2,  /* that, and seeing and ending everybody's */
};

struct token {
	char name[TOKEN_NAME_MAX + 1];
	int64_t scopes;		 /* bits of enum token_scope; 0: no token */
	int64_t per_hour;	 /* streams it may create; 0: no limit */
	int64_t created_unix_ms; /* when it was made */
	int64_t used_unix_ms;	 /* when it was last shown; 0: never */
};

/* Adds one. 1, 0 if there is one of that name, or -1 with *err. */
int store_token_insert(struct store *store, const struct token *token,
    const unsigned char hash[HASH_BYTES], struct error *err)
    __attribute__((warn_unused_result));

/* The one with that hash. 1 and *token, 0 if there is none, or -1. */
int store_token_find(struct store *store, const unsigned char hash[HASH_BYTES],
    struct token *token, struct error *err) __attribute__((warn_unused_result));

/* The next by name, behind `after`; "" begins. 1 and *token, 0, or -1. */
int store_token_next(struct store *store, const char *after,
    struct token *token, struct error *err) __attribute__((warn_unused_result));

/* Writes when it was last shown. 0 or -1. */
int store_token_used(struct store *store, const char *name, int64_t unix_ms,
    struct error *err) __attribute__((warn_unused_result));

/* Removes one. 1, 0 if there is none of that name, or -1. */
int store_token_delete(struct store *store, const char *name, struct error *err)
    __attribute__((warn_unused_result));

#endif
