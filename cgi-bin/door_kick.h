/*
 * Hosts where no worker runs: a program starts one when there is work. For
 * cgi-bin/door.c.
 */
#ifndef LIVEBIN_DOOR_KICK_H
#define LIVEBIN_DOOR_KICK_H

#include "live/live.h"

/*
 * Starts `livebin-worker --once` if a job has been due for two seconds, no
 * worker runs, and none was started by any program in the last ten; for
 * keep_days and keep_max, also where none was in the last hour. Called about
 * once a second, by one program of the site. Errors are logged.
 */
void door_kick(struct live *live);

#endif
