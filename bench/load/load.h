/* What the parts of the load generator share: options, the payload, the clock, the histogram. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* ---- options ---- */

typedef struct {
  const char *mode; /* tcp, lines, udp or idle */
  struct sockaddr_storage address;
  socklen_t address_length;
  int connections;
  int size;        /* bytes of a message */
  int active;      /* udp: so many peers have a datagram under way at once; 0 is: all */
  int inflight;    /* messages under way on one connection; with a rate, the most there may be */
  long rate;       /* tcp: messages a second on all connections; 0 is: a reply calls for the next */
  long warmup_ms;  /* not counted */
  long duration_ms; /* counted; in idle mode the longest hold */
  uint64_t messages; /* 0, or the count that ends the measurement early */
  int server_pid;    /* 0, or the process whose CPU time is taken over the measurement */
} options;

/* ---- payload ----
 * Every connection sends one endless stream whose byte at position p is pattern[(p + seed) % PERIOD], so that any piece
 * of any length can be sent and checked in place, without building it. The period is a prime: a reply that is shifted,
 * doubled or from another connection never matches. In mode lines each message is a line of letters with its line feed, and the period the
 * largest multiple of a message that fits. */

#define PERIOD 65521u
#define CHUNK (256u * 1024u)

void payload_init(void);
void payload_lines(int size); /* at most PERIOD */
const uint8_t *payload_at(uint32_t seed, uint64_t position); /* at least CHUNK readable bytes */

/* ---- clock and histogram ---- */

#define SUB_BITS 7 /* 128 buckets per power of two: an error below 0.8 % */
#define BUCKETS ((64 - SUB_BITS + 1) << SUB_BITS)

uint64_t now_ns(void);

/* ---- the run ---- */

enum phase { WARMUP, MEASURE, DRAIN, DONE };

typedef struct {
  enum phase phase;
  uint64_t phase_end;
  uint64_t started, ended;       /* of the measurement */
  uint64_t cpu_before, cpu_used; /* ns of this process */
  double server_before, server_used; /* seconds of the server, all its threads */
  uint64_t messages, bytes_checked, lost, stale, resent, failed;
  uint64_t histogram[BUCKETS], latency_min, latency_max;
  char error[160]; /* the first thing that went wrong; empty when all is well */
} run_state;

extern run_state run;

/* Moves warm-up -> measure -> drain -> done as time passes. */
void run_begin(const options *o, uint64_t now);
void run_tick(const options *o, uint64_t now);
/* A verified reply: counted only within the measurement. */
void run_reply(const options *o, uint64_t latency, uint64_t now);
void run_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline bool run_sending(void) { return run.phase == WARMUP || run.phase == MEASURE; }

void tcp_load(const options *o);
void tcp_idle(const options *o);
void udp_load(const options *o);

#endif
