/* The nine kinds of peers. Each is a few small functions: what it does when it is connected, and then. */
#include "hostile.h"

#include <stdio.h>
#include <string.h>

#define KIB 1024u

/* ---- good: asks, waits for the answers, thinks, asks again; connects anew now and then ---- */

static uint32_t small(peer *p, uint64_t number) {
  return (uint32_t)(mixed(number + p->index) % 200);
}

static void good_ask(peer *p) {
  uint32_t together = chance(p, 1, 4);
  for (; together > 0 && p->left > 0; together--, p->left--) ask(p, "");
}

static void good_connected(peer *p) {
  p->left = stopping ? 1 : chance(p, 10, 60);
  good_ask(p);
}

static void good_answered(peer *p) {
  if (p->expected < p->next) return;
  if (p->left == 0 || stopping) leave(p);
  else after(p, 50, 250);
}

/* ---- slow: asks for much and reads it a little at a time ---- */

static uint32_t large(peer *p, uint64_t number) {
  (void)p, (void)number;
  return 16 * KIB;
}

static void ask_for_much(peer *p) {
  for (int i = 0; i < 16; i++) ask(p, "");
}

static void slow_connected(peer *p) {
  ask_for_much(p);
  after(p, 10, 100);
}

static void slow_due(peer *p) {
  read_some(p, 4 * KIB);
  if (p->phase != OPEN) return;
  if (p->expected == p->next) ask_for_much(p);
  after(p, 30, 70);
}

/* ---- dripping: a byte now and then ---- */

static uint32_t tiny(peer *p, uint64_t number) {
  (void)p;
  return (uint32_t)(number % 10);
}

static void dripping_due(peer *p) {
  char line[64];
  int length = snprintf(line, sizeof line, "%c %llu %u\n", p->kind->letter, (unsigned long long)p->next, tiny(p, p->next));
  say(p, line + p->left, 1);
  if (p->phase != OPEN) return;
  p->left++;
  if ((int)p->left == length) {
    p->left = 0;
    p->next++;
    p->kind->tally.requests++;
  }
  after(p, 10, 200);
}

static void dripping_connected(peer *p) {
  p->left = 0;
  after(p, 10, 200);
}

/* ---- flooding: lines of some 64 bytes as fast as the kernel takes them; it reads the answers, too ---- */

static uint32_t nothing(peer *p, uint64_t number) {
  (void)p, (void)number;
  return 0;
}

static void flooding_written(peer *p) {
  while (room(p) > 100) ask(p, " xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

/* ---- resetting: asks something, or a part of it, and resets; again and again ---- */

static void resetting_connected(peer *p) {
  char line[64];
  for (uint32_t i = chance(p, 0, 10); i > 0; i--) ask(p, "");
  int length = snprintf(line, sizeof line, "%c %llu 100\n", p->kind->letter, (unsigned long long)p->next);
  say(p, line, chance(p, 1, (uint32_t)length - 1));
  if (p->phase == OPEN) after(p, 0, 20);
}

/* ---- garbage: random bytes, and lines without an end, until the server has had enough ---- */

static void garbage_due(peer *p) {
  uint8_t bytes[4 * KIB];
  uint32_t length = chance(p, 1, sizeof bytes);
  bool endless = p->left == 1;
  for (uint32_t i = 0; i < length; i++) {
    bytes[i] = (uint8_t)chance(p, 0, 255);
    if (endless && bytes[i] == '\n') bytes[i] = '.';
  }
  if (room(p) >= length) say(p, bytes, length);
  if (p->phase == OPEN) after(p, 5, 50);
}

static void garbage_connected(peer *p) {
  p->left = chance(p, 0, 1);
  garbage_due(p);
}

/* ---- vanishing: asks for much, reads nothing, is silent, and has gone ---- */

static void vanishing_connected(peer *p) {
  ask_for_much(p);
  if (p->phase != OPEN) return;
  if (chance(p, 0, 1)) say(p, "v 1", 3); /* in the middle of a line */
  if (p->phase != OPEN) return;
  if (chance(p, 0, 1)) after(p, 5, 100);
  else after(p, 1000, 5000);
}

/* ---- half-closing: asks, ends its own side, and reads to the end: all answers must be there ---- */

static uint32_t mixed_sizes(peer *p, uint64_t number) {
  uint64_t m = mixed(number + p->index);
  return (uint32_t)(m % 10 == 0 ? 20000 + m % 10000 : m % 2000);
}

static void half_closing_connected(peer *p) {
  for (uint32_t i = chance(p, 1, 30); i > 0; i--) ask(p, "");
  if (p->phase == OPEN) end_sending(p);
}

/* ---- idle: connects and says nothing ---- */

static void say_nothing(peer *p) {
  (void)p;
}

kind kinds[KINDS] = {
    {.name = "good", .letter = 'g', .waits = true, .timed = true, .reads = true, .connected = good_connected, .answered = good_answered, .due = good_ask, .size = small},
    {.name = "slow", .letter = 's', .far = true, .connected = slow_connected, .due = slow_due, .size = large},
    {.name = "dripping", .letter = 'd', .reads = true, .connected = dripping_connected, .due = dripping_due, .size = tiny},
    {.name = "flooding", .letter = 'f', .reads = true, .connected = flooding_written, .written = flooding_written, .size = nothing},
    {.name = "resetting", .letter = 'r', .resets = true, .may_be_cut = true, .connected = resetting_connected, .due = leave, .size = tiny},
    {.name = "garbage", .letter = 'b', .reads = true, .may_be_cut = true, .connected = garbage_connected, .due = garbage_due, .size = nothing},
    {.name = "vanishing", .letter = 'v', .far = true, .may_be_cut = true, .connected = vanishing_connected, .due = leave, .size = large},
    {.name = "half-closing", .letter = 'h', .waits = true, .reads = true, .connected = half_closing_connected, .size = mixed_sizes},
    {.name = "idle", .letter = 'i', .reads = true, .connected = say_nothing, .size = nothing},
};
