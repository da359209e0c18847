export type { Decoder, Framing } from './framing.js';
export type { FrameEncoding, FrameOf, SentOf } from './encoding.js';
export type { FramingOptions } from './options.js';
export { lines, type LinesOptions } from './lines.js';
export { delimited, type DelimitedOptions } from './delimited.js';
export { dotStuffed, type DotStuffedOptions } from './dot-stuffed.js';
export { fixed, type FixedOptions } from './fixed.js';
export { lengthPrefixed, type LengthPrefixedOptions } from './length-prefixed.js';
export { netstrings, type NetstringsOptions } from './netstrings.js';
export { jsonLines, type JsonLinesOptions } from './json-lines.js';
export { messagePack, type MessagePackCodec, type MessagePackOptions } from './message-pack.js';
export { respCommands, type RespCommandsOptions } from './resp-commands.js';
export { respReplies, type RespCommand, type RespRepliesOptions } from './resp-replies.js';
export type { RespReplyOf } from './resp-replies-decoder.js';
export type { RespReply } from './resp-reply.js';
export { mapFrames, type MapFramesOptions, type MapFramesRead, type MapFramesReader } from './map-frames.js';
export { readCommand, type TextCommand } from './read-command.js';
export { custom, type CustomOptions } from './custom.js';
export { packets, type Packets, type PacketOf, type PacketsOptions } from './packets/packets.js';
export type { PacketKinds } from './packets/packet-table.js';
export type { PacketReader, PacketWriter } from './packets/packet-bytes.js';
export {
  fields,
  i16,
  i32,
  i8,
  listOf,
  rest,
  sized,
  sizedText,
  u16,
  u16le,
  u32,
  u32le,
  u64,
  u8,
  zeroEnded,
  type PacketField,
  type PacketFields,
  type ValueOf,
  type ValuesOf,
} from './packets/packet-fields.js';
