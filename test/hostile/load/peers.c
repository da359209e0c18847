/* One loop for all peers: it polls, reads, checks, writes and turns the wheel of timers. What a peer wants is in kinds.c. */
#define _GNU_SOURCE
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 8192u      /* of the wheel: one for each ms, so no timer is longer than 8 s */
#define READ (64u * 1024u)
/* The most connections that may wait in the kernel to be accepted, of the 511 that a listener of Node's has room for: when it is full, the
 * kernel turns to SYN cookies, and those lose connections whatever the server does. The last places are for those who are timed. */
#define QUEUE 450u
#define QUEUE_OF_OTHERS 300u
#define PEER_NUMBERS 1000000u /* numbers of a peer's requests begin at its index times this: no two peers ask with the same ones */

bool stopping;
histogram requests, connects;
double longest_turn_ms;
char first_fault[200];

static int poll_fd;
static uint16_t server_port;
static uint64_t now, started, wheel_at;
static uint64_t begins; /* what they do; until then they gather: a server with nothing to do accepts thousands a second */
static uint32_t in_queue;
static uint32_t at_work; /* peers that have not finished */
static peer *wheel[SLOTS];
static char filling[READ];

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void fault(const peer *p, const char *what) {
  if (!first_fault[0]) snprintf(first_fault, sizeof first_fault, "%s peer %u: %s", p->kind->name, p->index, what);
}

static void wrong(peer *p, const char *what) {
  p->kind->tally.wrong++;
  fault(p, what);
}

/* ---- chance ---- */

uint64_t mixed(uint64_t x) { /* splitmix64 */
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

uint32_t chance(peer *p, uint32_t low, uint32_t high) {
  p->chance += 0x9e3779b97f4a7c15u;
  return low + (uint32_t)(mixed(p->chance) % (high - low + 1u));
}

/* ---- timers: each peer has one ---- */

static void disarm(peer *p) {
  if (!p->place) return;
  *p->place = p->later;
  if (p->later) p->later->place = p->place;
  p->place = NULL;
}

void after(peer *p, uint32_t least_ms, uint32_t most_ms) {
  disarm(p);
  uint32_t ms = chance(p, least_ms, most_ms);
  peer **slot = &wheel[(wheel_at + (ms ? ms : 1)) % SLOTS];
  p->later = *slot;
  p->place = slot;
  if (p->later) p->later->place = &p->later;
  *slot = p;
}

/* ---- the ends of a connection ---- */

static void finish(peer *p) {
  if (p->phase == FINISHED) return;
  disarm(p);
  p->phase = FINISHED;
  at_work--;
}

static void let_go(peer *p) {
  disarm(p);
  close(p->fd);
  p->fd = -1;
  p->phase = AWAY;
  p->since = 0;
  if (stopping) finish(p);
  else after(p, 5, 50); /* then it connects again */
}

void leave(peer *p) {
  let_go(p);
}

/* The server has ended the connection: 0 for an end, else the error. */
static void gone(peer *p, int error) {
  kind *k = p->kind;
  char what[100];
  uint64_t missing = p->next - p->expected;
  snprintf(what, sizeof what, "%s with %llu answers to come", error ? strerror(error) : "ended", (unsigned long long)missing);
  if (error) k->tally.reset++;
  else k->tally.ended++;
  if (k->waits) k->tally.lost += missing;
  bool right = p->half_closed && !error && missing == 0;
  if (!k->may_be_cut && !right) k->tally.cut++, fault(p, what);
  let_go(p);
}

/* ---- connecting ---- */

static void watch(peer *p, bool write) {
  struct epoll_event e = {.events = (p->kind->reads ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u), .data.ptr = p};
  if (p->watches && p->polls_write == write) return;
  epoll_ctl(poll_fd, p->watches ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, p->fd, &e);
  p->watches = true;
  p->polls_write = write;
}

static void set(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

/* Each peer has one of 200 addresses of the loopback, so that ports do not run out. */
static bool dial(peer *p) {
  struct sockaddr_in here = {.sin_family = AF_INET}, there = {.sin_family = AF_INET, .sin_port = htons(server_port)};
  struct linger hard = {.l_onoff = 1, .l_linger = 0};
  here.sin_addr.s_addr = htonl(0x7f000002u + p->index % 200u);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (p->fd < 0) return false;
  set(p->fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (p->kind->resets) setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  set(p->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  if (p->kind->far) set(p->fd, SOL_SOCKET, SO_RCVBUF, 8192), set(p->fd, IPPROTO_TCP, TCP_MAXSEG, 1400);
  else set(p->fd, SOL_SOCKET, SO_SNDBUF, 65536);
  if (bind(p->fd, (struct sockaddr *)&here, sizeof here) < 0) return false;
  return connect(p->fd, (struct sockaddr *)&there, sizeof there) == 0 || errno == EINPROGRESS;
}

/* How many connections the kernel holds that the server has not accepted: the receive queue of who listens, in proc(5) net/tcp, where
 * listeners come first. Looked at once a ms; what was dialled since then is added. */
static uint32_t not_accepted(void) {
  static char lines[32 * 1024];
  static uint64_t looked;
  if (now - looked < 1000000u) return in_queue;
  looked = now;
  int fd = open("/proc/net/tcp", O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? 0 : read(fd, lines, sizeof lines - 1);
  if (fd >= 0) close(fd);
  lines[n > 0 ? n : 0] = 0;
  in_queue = 0;
  for (char *line = strchr(lines, '\n'); line; line = strchr(line + 1, '\n')) {
    unsigned port, state, queued;
    if (sscanf(line, " %*d: %*8x:%x %*x:%*x %x %*x:%x", &port, &state, &queued) != 3 || state != 0x0a) continue;
    if (port == server_port && queued > in_queue) in_queue = queued; /* of several listeners the fullest */
  }
  return in_queue;
}

/* Where a peer must wait for its place there, that counts as a part of its connecting. */
static bool may_dial(const peer *p) {
  if (not_accepted() >= (p->kind->timed ? QUEUE : QUEUE_OF_OTHERS)) return false;
  in_queue++;
  return true;
}

static void connect_peer(peer *p) {
  if (!p->since) p->since = now;
  if (!may_dial(p)) return after(p, 5, 15);
  p->watches = p->polls_write = p->heard = p->half_closed = p->in_filling = p->gathers = false;
  p->number = 0, p->filled = 0, p->out_length = 0, p->out_at = 0;
  p->expected = p->next; /* what the connection before has not heard does not come any more */
  if (dial(p)) {
    p->phase = CONNECTING;
    watch(p, true);
    return;
  }
  fault(p, strerror(errno));
  p->kind->tally.failed++;
  if (p->fd >= 0) close(p->fd);
  p->fd = -1;
  p->phase = AWAY;
  if (stopping) finish(p);
  else after(p, 50, 150);
}

static void dialled(peer *p) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error) {
    uint64_t since = p->since; /* a further try is the same wait */
    fault(p, strerror(error));
    p->kind->tally.failed++;
    let_go(p);
    p->since = since;
    return;
  }
  p->phase = OPEN;
  p->kind->tally.connects++;
  watch(p, false);
  if (now >= begins) return p->kind->connected(p);
  uint32_t ms = (uint32_t)((begins - now) / 1000000u);
  p->gathers = true;
  p->since = 0; /* this wait is not the server's */
  after(p, ms, ms + 500);
}

/* ---- sending ---- */

size_t room(const peer *p) {
  return p->phase == OPEN ? OUT - p->out_length : 0;
}

static void push(peer *p) {
  while (p->out_at < p->out_length) {
    ssize_t n = send(p->fd, p->out + p->out_at, p->out_length - p->out_at, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN || errno == EINTR) return watch(p, true);
      return gone(p, errno);
    }
    p->out_at += (uint32_t)n;
  }
  p->out_at = p->out_length = 0;
  watch(p, p->kind->written != NULL);
}

static void keep(peer *p, const void *bytes, size_t length) {
  if (!p->out) p->out = malloc(OUT);
  if (length > OUT - p->out_length) return wrong(p, "the load has given more than it keeps");
  memcpy(p->out + p->out_length, bytes, length);
  p->out_length += (uint32_t)length;
}

void say(peer *p, const void *bytes, size_t length) {
  if (p->phase != OPEN) return;
  keep(p, bytes, length);
  push(p);
}

/* `<letter> <number> <size of the answer>`, and more bytes that nobody looks at. What is asked leaves at once, but for who fills up first. */
void ask(peer *p, const char *padding) {
  char line[128];
  if (p->phase != OPEN) return;
  int length = snprintf(line, sizeof line, "%c %llu %u%s\n", p->kind->letter, (unsigned long long)p->next, p->kind->size(p, p->next), padding);
  p->when[p->next % WINDOW] = now;
  p->next++;
  p->kind->tally.requests++;
  keep(p, line, (size_t)length);
  if (p->kind->written) watch(p, true);
  else push(p);
}

void end_sending(peer *p) {
  p->half_closed = true;
  if (p->out_length) wrong(p, "the load could not send what it ends");
  shutdown(p->fd, SHUT_WR);
}

/* ---- receiving: `<number> <as many x as were asked for>` ---- */

static void record(histogram *h, uint64_t ns) {
  unsigned shift = ns < (2u << SUB_BITS) ? 0 : 63u - (unsigned)__builtin_clzll(ns) - SUB_BITS;
  unsigned bucket = ns < (2u << SUB_BITS) ? (unsigned)ns : (shift << SUB_BITS) + (unsigned)(ns >> shift);
  h->counts[bucket]++;
  h->total++;
  if (ns > h->longest) h->longest = ns;
}

static void time_it(peer *p) {
  bool first = p->since != 0;
  uint64_t from = first ? p->since : p->when[p->expected % WINDOW];
  p->since = 0;
  if (from >= begins) record(first ? &connects : &requests, now - from);
}

static void answered(peer *p) {
  if (p->expected >= p->next) return wrong(p, "an answer to what was not asked");
  if (p->number != p->expected) {
    char what[120];
    snprintf(what, sizeof what, "answer %llu in the place of %llu", (unsigned long long)p->number, (unsigned long long)p->expected);
    return wrong(p, what);
  }
  if (p->filled != p->kind->size(p, p->number)) return wrong(p, "an answer of another size");
  if (p->kind->timed) time_it(p);
  p->expected++;
  p->kind->tally.answers++;
  if (p->kind->answered) p->kind->answered(p);
}

static void take_filling(peer *p, const char *bytes, size_t length) {
  if (memcmp(bytes, filling, length) != 0) wrong(p, "other bytes than were asked for");
  p->filled += (uint32_t)length;
}

static void take(peer *p, const char *bytes, size_t length) {
  const char *end = bytes + length;
  while (bytes < end && p->phase == OPEN) {
    if (p->in_filling) {
      const char *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
      take_filling(p, bytes, (size_t)((line_end ? line_end : end) - bytes));
      if (!line_end) return;
      bytes = line_end + 1;
      answered(p);
      p->in_filling = false, p->number = 0, p->filled = 0;
    } else if (*bytes == ' ') {
      p->in_filling = true, bytes++;
    } else if (*bytes >= '0' && *bytes <= '9') {
      p->number = p->number * 10 + (uint64_t)(*bytes++ - '0');
    } else {
      return wrong(p, "no answer at all");
    }
  }
}

size_t read_some(peer *p, size_t most) {
  static char bytes[READ];
  ssize_t n = recv(p->fd, bytes, most < READ ? most : READ, 0);
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR) gone(p, errno);
    return 0;
  }
  if (n == 0) return gone(p, 0), 0;
  if (!p->heard) p->heard = true, p->kind->tally.heard++;
  take(p, bytes, (size_t)n);
  return (size_t)n;
}

/* ---- the loop ---- */

static void event(peer *p, uint32_t events) {
  if (p->phase == CONNECTING) return dialled(p);
  if (p->phase != OPEN) return;
  if (events & EPOLLIN) read_some(p, READ);
  else if (events & (EPOLLERR | EPOLLHUP)) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return gone(p, error ? error : ECONNRESET);
  }
  if (p->phase != OPEN || !(events & EPOLLOUT)) return;
  push(p);
  if (p->phase == OPEN && p->out_length == 0 && p->kind->written) p->kind->written(p);
}

static void due(peer *p) {
  bool first = p->gathers;
  p->gathers = false;
  if (p->phase == AWAY) connect_peer(p);
  else if (first) p->kind->connected(p);
  else if (p->phase == OPEN && p->kind->due) p->kind->due(p);
}

static void turn_wheel(void) {
  uint64_t until = (now - started) / 1000000u;
  while (wheel_at < until) {
    wheel_at++;
    peer *p;
    while ((p = wheel[wheel_at % SLOTS])) {
      disarm(p);
      due(p);
    }
  }
}

/* Who waits for answers stays until they are there, and who is connecting until it has heard something. All others go. */
static void stop(peer *all, uint32_t count) {
  stopping = true;
  for (peer *p = all; p < all + count; p++) {
    if (p->phase == FINISHED) continue;
    bool stays = p->kind->waits && (p->phase == OPEN ? p->half_closed || p->expected < p->next : p->since != 0);
    if (stays) continue;
    if (p->phase == CONNECTING) p->kind->tally.unsure++;
    if (p->fd >= 0 && p->phase != AWAY) close(p->fd);
    finish(p);
  }
}

static void give_up(peer *all, uint32_t count) {
  for (peer *p = all; p < all + count; p++) {
    if (p->phase == FINISHED) continue;
    p->kind->tally.lost += p->next > p->expected ? p->next - p->expected : 1; /* at least what it was about to ask */
    if (p->phase == CONNECTING) p->kind->tally.unsure++;
    fault(p, p->phase != OPEN ? "was not connected until the end" : "waited for answers until the end");
    if (p->fd >= 0) close(p->fd);
  }
}

static peer *make(const options *o) {
  peer *all = calloc(o->peers, sizeof *all);
  uint32_t gather_ms = o->peers / 2 < 500 ? 500 : o->peers / 2; /* at most 5 s, which the wheel holds */
  for (uint32_t i = 0; i < o->peers; i++) {
    peer *p = &all[i];
    p->kind = &kinds[i % KINDS];
    p->index = i;
    p->fd = -1;
    p->chance = mixed(o->seed * 0x100000001b3u + i);
    p->next = (uint64_t)i * PEER_NUMBERS;
    p->phase = FINISHED;
    if (!o->wanted[i % KINDS]) continue;
    p->phase = AWAY;
    at_work++;
    after(p, 1, gather_ms);
  }
  begins = started + (gather_ms + 500ull) * 1000000u;
  return all;
}

void run_peers(const options *o) {
  static struct epoll_event ready[512];
  memset(filling, 'x', sizeof filling);
  server_port = (uint16_t)o->port;
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  started = now = now_ns();
  peer *all = make(o);
  uint64_t end = begins + o->seconds * 1000000000ull, last = end + o->drain_seconds * 1000000000ull;
  while (at_work > 0) {
    int n = epoll_wait(poll_fd, ready, 512, 1);
    uint64_t woke = now = now_ns();
    for (int i = 0; i < n; i++) event(ready[i].data.ptr, ready[i].events);
    turn_wheel();
    if (!stopping && now >= end) stop(all, o->peers);
    if (now >= last) break;
    double turn_ms = (double)(now_ns() - woke) / 1e6;
    if (turn_ms > longest_turn_ms) longest_turn_ms = turn_ms;
  }
  give_up(all, o->peers);
}
