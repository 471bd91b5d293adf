/*
 * An offer's wait:
 *
 *	offered -> parked -EVENT-> answer there? reply : parked
 *	                 -DEADLINE-> 504   -STOP-> 503
 */
#include <string.h>

#include "base/clock.h"
#include "door.h"
#include "door_offer.h"
#include "live/limit.h"

static void
offer_release(void *memory)
{
	secret_wipe(memory, sizeof(struct offer));
}

struct offer *
offer_state(struct request *request, struct error *err)
{
	struct offer *offer;

	offer = request_state(request, sizeof(*offer), offer_release);
	if (offer == NULL)
		error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	return offer;
}

int
offer_begin(struct request *request, const struct signal *signal,
    struct offer *offer, struct error *err)
{
	struct live *live = door_live(request);
	int shown = 0;

	if (request_place(request, err) != 0 ||
	    limit_take(live, LIMIT_OFFER, request_client(request), err) != 0 ||
	    signaling_offer(
		live, door_call(request), signal, &offer->grant, err) != 0)
		return -1;
	if (offer->grant.token[0] != '\0')
		memcpy(offer->token, offer->grant.token, sizeof(offer->token));
	else
		shown = request_secret(
		    request, offer->token, sizeof(offer->token), err);
	offer->deadline_mono_ms =
	    clock_mono_ms() + live->config->answer_wait_s * 1000;
	return shown < 0 ? -1 : 0;
}

/* No answer yet: may it wait on? 0, or -1 with *err. */
static int
offer_may_wait(
    struct request *request, const struct offer *offer, struct error *err)
{
	if (request_wake(request) == WAKE_STOP)
		return error_set_retry(err, ERROR_SHUTDOWN, 1,
		    "The server restarts. Offer again.");
	if (clock_mono_ms() >= offer->deadline_mono_ms)
		return error_set_retry(err, ERROR_NO_ANSWER, 1,
		    "The broadcaster's page didn't answer in time. "
		    "Offer again.");
	return 0;
}

/* Is the answer there? Else it waits on. */
static enum verdict
offer_look(struct request *request, struct offer *offer, offer_reply *reply,
    struct error *err)
{
	const struct topic topic = live_mail_topic(
	    offer->grant.peer.stream_id, offer->grant.peer.peer_id);
	const uint32_t version = topic_version(topic);
	struct mail mail = { .data = NULL };
	enum verdict verdict;
	int found;

	if (door_call(request)->stream.status != STREAM_LIVE) {
		error_set_retry(err, ERROR_NOT_LIVE, 5,
		    "The stream stopped before it was answered.");
		return REQUEST_FAILED;
	}
	while ((found = signaling_take_answer(
		    door_live(request), &offer->grant, &mail, err)) == 1) {
		verdict = reply(request, offer, &mail, err);
		mail_free(&mail);
		if (verdict != REQUEST_PARKED)
			return verdict;
	}
	if (found < 0 || offer_may_wait(request, offer, err) != 0)
		return REQUEST_FAILED;
	return request_park(
	    request, topic, version, offer->deadline_mono_ms, err);
}

/* A peer whose client never gets its token is nobody's: taken back. */
enum verdict
offer_wait(struct request *request, offer_reply *reply, struct error *err)
{
	struct offer *offer = offer_state(request, err);
	enum verdict verdict = REQUEST_FINISHED;

	if (offer == NULL)
		return REQUEST_FAILED;
	if (request_wake(request) != WAKE_GONE)
		verdict = offer_look(request, offer, reply, err);
	if ((verdict == REQUEST_FAILED || request_wake(request) == WAKE_GONE) &&
	    offer->grant.token[0] != '\0')
		signaling_abandon(door_live(request), &offer->grant);
	return verdict;
}
