/*
 * Which media gateway there is: a row for each kind.
 */
#include <assert.h>

#include "live/gateway.h"

static const struct gateway *const GATEWAYS[GATEWAY__MAX] = {
	[GATEWAY_NONE] = NULL,
};

const struct gateway *
gateway_find(const struct config *config, struct error *err)
{
	assert(config->gateway >= 0 && config->gateway < GATEWAY__MAX);
	if (GATEWAYS[config->gateway] == NULL)
		error_set_retry(err, ERROR_NO_GATEWAY, 60,
		    "WHIP needs a media gateway, and the setting gateway "
		    "(LIVEBIN_GATEWAY) is %s. Publish from the studio's page, "
		    "or push media to the ingestUrl.",
		    GATEWAY_NAMES[config->gateway]);
	return GATEWAYS[config->gateway];
}
