/* What the parts of the load share: the peers, what a kind of them does, what is counted.
 *
 * main.c    options, the start and the end, the result
 * peers.c   one epoll loop: connections, timers, what is sent, what comes back and whether it is right
 * kinds.c   the nine kinds: what each does when it is connected, has read, has written, or its timer is due */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct peer peer;

/* ---- what is counted, for each kind ---- */

typedef struct {
  uint64_t connects;  /* connections that the kernel opened */
  uint64_t failed;    /* tries that it did not */
  uint64_t unsure;    /* given up while they were under way: it may have opened them */
  uint64_t heard;     /* connections that brought at least one byte */
  uint64_t requests;  /* asked in full */
  uint64_t answers;   /* come back: right number, in order, right size */
  uint64_t wrong;     /* come back otherwise, and what should not have come at all */
  uint64_t lost;      /* asked by who waits for them, and never come */
  uint64_t cut;       /* connections that the server ended although nothing was wrong with them */
  uint64_t ended, reset; /* by the server: with an end, with a reset */
} tally;

/* ---- a kind ---- */

typedef struct {
  const char *name;
  char letter;       /* its requests begin with it, so that the server can count them apart */
  bool waits;        /* for all its answers, also when the others have stopped: not one may be lost */
  bool timed;        /* how long its answers take is measured */
  bool reads;        /* at once, whenever something is there */
  bool far;          /* as over a real network: small segments, a small window */
  bool resets;       /* it always ends with a reset */
  bool may_be_cut;   /* the server is right to end its connections */
  void (*connected)(peer *);
  void (*answered)(peer *); /* one answer has come */
  void (*written)(peer *);  /* all that was given has left */
  void (*due)(peer *);      /* its timer, while it is connected */
  uint32_t (*size)(peer *, uint64_t number); /* of an answer: the same each time it is asked for this number */
  tally tally;
} kind;

#define KINDS 9
extern kind kinds[KINDS];

/* ---- a peer: one socket at a time, many one after the other ---- */

#define WINDOW 8u       /* requests under way of a peer whose answers are timed */
#define OUT (16u * 1024u)

enum phase { AWAY, CONNECTING, OPEN, FINISHED };

struct peer {
  kind *kind;
  uint32_t index;
  int fd;
  enum phase phase;
  uint64_t chance;          /* its own random numbers: the same in each run of the same seed */
  uint64_t since;           /* when it wanted to connect; 0 once an answer has come */
  uint64_t next, expected;  /* the number to ask with, and that of the next answer */
  uint64_t when[WINDOW];    /* when each request under way was made */
  uint32_t left;            /* of what its kind has planned for this connection */
  bool heard, polls_write, watches, half_closed, gathers;
  /* the answer that is being read */
  uint64_t number;
  uint32_t filled;
  bool in_filling;
  /* what waits to be sent */
  char *out;
  uint32_t out_length, out_at;
  /* its place in the wheel of timers */
  peer *later, **place;
};

/* ---- what a kind can do ---- */

uint32_t chance(peer *p, uint32_t low, uint32_t high); /* low..high, both included */
uint64_t mixed(uint64_t number);                        /* a hash */
void after(peer *p, uint32_t least_ms, uint32_t most_ms); /* sets its timer */
void ask(peer *p, const char *padding);
void say(peer *p, const void *bytes, size_t length);
size_t room(const peer *p);
size_t read_some(peer *p, size_t most);
void end_sending(peer *p);
void leave(peer *p); /* closes, and connects again some time later */

/* ---- the run ---- */

typedef struct {
  int port;
  uint32_t peers, seconds, drain_seconds;
  uint64_t seed;
  bool wanted[KINDS];
} options;

void run_peers(const options *o);
extern bool stopping; /* nothing new is begun */

/* ---- how long answers took ---- */

#define SUB_BITS 7 /* 128 buckets for each power of two, as in bench/load */
#define BUCKETS ((64 - SUB_BITS + 1) << SUB_BITS)

typedef struct {
  uint64_t counts[BUCKETS], longest, total;
} histogram;

extern histogram requests, connects; /* an answer on an open connection; from connect() to the first answer */
extern double longest_turn_ms;       /* of this program: how late it may have looked */
extern char first_fault[200];

uint64_t now_ns(void);
void fault(const peer *p, const char *what);

#endif
