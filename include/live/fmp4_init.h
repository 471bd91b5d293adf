/*
 * Finding one's way in an init section. For src/live alone: fmp4_init.c reads
 * them, fmp4_join.c makes them.
 */
#ifndef LIVEBIN_LIVE_FMP4_INIT_H
#define LIVEBIN_LIVE_FMP4_INIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "live/box.h"
#include "live/fmp4.h"

#define FTYP BOX_TYPE('f', 't', 'y', 'p')
#define MOOV BOX_TYPE('m', 'o', 'o', 'v')
#define MVHD BOX_TYPE('m', 'v', 'h', 'd')
#define TRAK BOX_TYPE('t', 'r', 'a', 'k')
#define TKHD BOX_TYPE('t', 'k', 'h', 'd')
#define EDTS BOX_TYPE('e', 'd', 't', 's')
#define MDIA BOX_TYPE('m', 'd', 'i', 'a')
#define MDHD BOX_TYPE('m', 'd', 'h', 'd')
#define HDLR BOX_TYPE('h', 'd', 'l', 'r')
#define MINF BOX_TYPE('m', 'i', 'n', 'f')
#define STBL BOX_TYPE('s', 't', 'b', 'l')
#define STSD BOX_TYPE('s', 't', 's', 'd')
#define MVEX BOX_TYPE('m', 'v', 'e', 'x')
#define MEHD BOX_TYPE('m', 'e', 'h', 'd')
#define TREX BOX_TYPE('t', 'r', 'e', 'x')

/*
 * Where fields lie in a full box's content: `wide` is one of version 1, whose
 * times and durations have 64 bits.
 */
#define MVHD_TIMESCALE(wide) ((wide) ? 20U : 12U)
#define MVHD_DURATION(wide) ((wide) ? 24U : 16U)
#define TKHD_ID(wide) ((wide) ? 20U : 12U)
#define TKHD_DURATION(wide) ((wide) ? 28U : 20U)
#define MDHD_TIMESCALE(wide) ((wide) ? 20U : 12U)
#define TREX_ID 4U
#define TREX_DURATION 12U

/* All return 0, or -1 with *err: ERROR_INIT, or as box_next. */

/* Sets *err: "The init section <what>." */
int init_fault(struct error *err, const char *what)
    __attribute__((warn_unused_result));

/* The moov, of FMP4_INIT_MAX bytes at the most. */
int init_moov(const struct box_source *source, struct box *moov,
    struct error *err) __attribute__((warn_unused_result));

/* The box of a type inside `in`, which must be there. */
int init_need(const struct box_source *source, const struct box *in,
    uint32_t type, struct box *box, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The next box of box->type inside `in` from *at on, which is moved behind it;
 * begin with in->body. 1 and *box, or 0 when there is no more.
 */
int init_next(const struct box_source *source, const struct box *in,
    uint64_t *at, struct box *box, struct error *err)
    __attribute__((warn_unused_result));

/* A number of a box's content. */
int init_u32(const struct box_source *source, const struct box *box,
    uint64_t at, uint32_t *number, struct error *err)
    __attribute__((warn_unused_result));

/* Is it a full box of version 1? */
int init_wide(const struct box_source *source, const struct box *box,
    bool *wide, struct error *err) __attribute__((warn_unused_result));

#endif
