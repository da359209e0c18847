/** Why reading is paused; a sum, since there may be several reasons. */
export const Pause = {
  user: 1,
  unsent: 2,
  relay: 4,
  finish: 8,
  kept: 16,
  replies: 32,
  tls: 64,
  rate: 128,
  stream: 256,
  requests: 512,
} as const;
