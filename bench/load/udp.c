/* UDP: peers with a connected socket each and one datagram in flight, all of them at once or so many in turn; what does not come back in time is counted and
 * sent anew, since a datagram may be lost even on the loopback. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define RESEND_AFTER 250000000u /* ns */

/* A datagram is its number, then the peer's pattern from a position that the number gives. */
typedef struct {
  int fd;
  uint32_t seed;
  uint64_t number, sent_at;
  bool waiting;
} peer;

static peer *peers;
static int turn; /* of the next peer, where not all send at once */
static uint8_t datagram[65536], received[65536];

static void compose(const peer *p, const options *o) {
  memcpy(datagram, payload_at(p->seed, p->number), (size_t)o->size);
  if (o->size >= 8) memcpy(datagram, &p->number, 8);
}

static void send_next(peer *p, const options *o, uint64_t now) {
  p->number++;
  p->sent_at = now;
  p->waiting = true;
  compose(p, o);
  if (send(p->fd, datagram, (size_t)o->size, 0) < 0 && errno != EAGAIN && errno != ECONNREFUSED) {
    run_fail("peer %u: send: %s", p->seed, strerror(errno));
  }
}

/* Who sends when a peer has its answer: the same one, or where only some send at once the one that has waited for longest. */
static peer *next_after(peer *p, const options *o) {
  if (o->active == 0 || o->active >= o->connections) return p;
  do {
    p = &peers[turn];
    turn = (turn + 1) % o->connections;
  } while (p->waiting);
  return p;
}

static void serve(peer *p, const options *o) {
  ssize_t n = recv(p->fd, received, sizeof received, 0);
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR) run_fail("peer %u: recv: %s", p->seed, strerror(errno));
    return;
  }
  uint64_t now = now_ns(), number = 0;
  run_tick(o, now);
  if (n != o->size) return run_fail("peer %u: a reply of %zd bytes", p->seed, n);
  if (n >= 8) {
    memcpy(&number, received, 8);
    if (number < p->number) {
      run.stale++; /* came after it had been given up */
      return;
    }
  }
  compose(p, o);
  if (memcmp(received, datagram, (size_t)n) != 0) return run_fail("peer %u: wrong bytes came back", p->seed);
  run.bytes_checked += (uint64_t)n;
  p->waiting = false;
  run_reply(o, now - p->sent_at, now);
  if (run_sending()) send_next(next_after(p, o), o, now);
}

static void resend_overdue(const options *o, uint64_t now) {
  for (int i = 0; i < o->connections; i++) {
    peer *p = &peers[i];
    if (!p->waiting || now - p->sent_at < RESEND_AFTER) continue;
    p->waiting = false;
    run.lost++;
    if (!run_sending()) continue;
    run.resent++;
    send_next(p, o, now);
  }
}

static bool all_answered(const options *o) {
  for (int i = 0; i < o->connections; i++) {
    if (peers[i].waiting) return false;
  }
  return true;
}

void udp_load(const options *o) {
  struct epoll_event ready[256];
  if (o->size > 65507 || o->inflight != 1) return run_fail("udp: at most 65507 bytes, one in flight");
  int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  peers = calloc((size_t)o->connections, sizeof *peers);
  for (int i = 0; i < o->connections; i++) {
    peer *p = &peers[i];
    p->seed = (uint32_t)i;
    p->fd = socket(o->address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || connect(p->fd, (const struct sockaddr *)&o->address, o->address_length) < 0) {
      return run_fail("udp socket: %s", strerror(errno));
    }
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = p};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, p->fd, &e);
  }
  uint64_t now = now_ns(), next_look = now + RESEND_AFTER / 4;
  run_begin(o, now);
  int first = o->active > 0 && o->active < o->connections ? o->active : o->connections;
  for (turn = 0; turn < first; turn++) send_next(&peers[turn], o, now_ns());
  turn %= o->connections;
  while (run.phase != DONE && !run.failed) {
    int n = epoll_wait(epoll_fd, ready, 256, 20);
    for (int i = 0; i < n; i++) serve(ready[i].data.ptr, o);
    now = now_ns();
    run_tick(o, now);
    if (now >= next_look) {
      resend_overdue(o, now);
      next_look = now + RESEND_AFTER / 4;
    }
    if (run.phase == DRAIN && all_answered(o)) break;
  }
  for (int i = 0; i < o->connections; i++) close(peers[i].fd);
}
