/*
 * API tokens: rows to structs and back.
 */
#include <string.h>

#include "store/statement.h"
#include "store/token.h"

/* Reads the row of a step that was made, and ends it. TOKEN_COLUMNS. */
static int
token_take(
    struct store *store, enum statement which, int rc, struct token *token)
{
	memset(token, 0, sizeof(*token));
	if (rc == 1) {
		statement_copy(
		    store, which, 0, token->name, sizeof(token->name));
		token->scopes = statement_int(store, which, 1);
		token->per_hour = statement_int(store, which, 2);
		token->created_unix_ms = statement_int(store, which, 3);
		token->used_unix_ms = statement_int(store, which, 4);
	}
	statement_reset(store, which);
	return rc;
}

int
store_token_insert(struct store *store, const struct token *token,
    const unsigned char hash[HASH_BYTES], struct error *err)
{
	return statement_run(store, STATEMENT_TOKEN_INSERT, err, "thiii",
	    token->name, hash, token->scopes, token->per_hour,
	    token->created_unix_ms);
}

int
store_token_find(struct store *store, const unsigned char hash[HASH_BYTES],
    struct token *token, struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_TOKEN_FIND, err, "h", hash);
	return token_take(store, STATEMENT_TOKEN_FIND, rc, token);
}

int
store_token_next(struct store *store, const char *after, struct token *token,
    struct error *err)
{
	int rc;

	rc = statement_step(store, STATEMENT_TOKEN_NEXT, err, "t", after);
	return token_take(store, STATEMENT_TOKEN_NEXT, rc, token);
}

int
store_token_used(
    struct store *store, const char *name, int64_t unix_ms, struct error *err)
{
	int rc;

	rc = statement_run(
	    store, STATEMENT_TOKEN_USED, err, "ti", name, unix_ms);
	return rc < 0 ? -1 : 0;
}

int
store_token_delete(struct store *store, const char *name, struct error *err)
{
	return statement_run(store, STATEMENT_TOKEN_DELETE, err, "t", name);
}
