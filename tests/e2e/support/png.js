// Makes a screenshot small: 16 colours instead of 16 million, in the PNG's own palette form.
import * as zlib from 'node:zlib';

const { deflateSync, inflateSync } = zlib;

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
/** How many bits of each channel count when colours are counted. */
const KEEP = 5;
const COLOURS = 16;
/** Colours that are nearer than this to one that is kept are shown as that one. */
const NEAR = 900;

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let k = 0; k < 8; k += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});
function crc32(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** The pixels of an 8-bit PNG without interlacing: `step` bytes each. */
function decode(file) {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error('not a PNG');
  const parts = [];
  let header;
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const type = file.toString('latin1', at + 4, at + 8);
    const data = file.subarray(at + 8, at + 8 + file.readUInt32BE(at));
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') parts.push(data);
  }
  const [width, height, depth, colour] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]];
  const step = { 2: 3, 6: 4 }[colour];
  if (depth !== 8 || step === undefined || header[12] !== 0) throw new Error('another kind of PNG');
  const raw = inflateSync(Buffer.concat(parts));
  const row = width * step;
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    const [filter, from, to] = [raw[y * (row + 1)], y * (row + 1) + 1, y * row];
    for (let x = 0; x < row; x += 1) {
      const a = x >= step ? pixels[to + x - step] : 0;
      const b = y > 0 ? pixels[to + x - row] : 0;
      const c = x >= step && y > 0 ? pixels[to + x - row - step] : 0;
      const guess = [0, a, b, (a + b) >> 1, filter === 4 ? paeth(a, b, c) : 0][filter];
      pixels[to + x] = raw[from + x] + guess;
    }
  }
  return { width, height, step, pixels };
}

/** How far apart two colours are to the eye. */
function apart(one, other) {
  const [r, g, b] = [16, 8, 0].map((bits) => ((one >> bits) & 255) - ((other >> bits) & 255));
  return 3 * r * r + 4 * g * g + 2 * b * b;
}

/** The colours that stand for all of them: the most frequent ones that are not much alike. */
function palette({ pixels, step }) {
  const groups = new Map();
  const shift = 8 - KEEP;
  for (let at = 0; at < pixels.length; at += step) {
    const [r, g, b] = [pixels[at], pixels[at + 1], pixels[at + 2]];
    const key = ((r >> shift) << (2 * KEEP)) | ((g >> shift) << KEEP) | (b >> shift);
    const exact = (r << 16) | (g << 8) | b;
    const group = groups.get(key) ?? new Map();
    group.set(exact, (group.get(exact) ?? 0) + 1);
    groups.set(key, group);
  }
  // Flat areas keep their very colour, however near another; the rest are the edges of letters.
  const flat = (n) => n > 4_000;
  const counts = [...groups.values()].flatMap((group) => {
    const [first, ...others] = [...group].sort((one, other) => other[1] - one[1]);
    return [first, ...others.filter(([, n]) => flat(n))];
  });
  const kept = [];
  // A button's colour says more than one more grey.
  const weight = ([exact, n]) => {
    const channels = [16, 8, 0].map((bits) => (exact >> bits) & 255);
    return n * (1 + (Math.max(...channels) - Math.min(...channels)) / 4);
  };
  for (const [exact, n] of counts.sort((one, other) => weight(other) - weight(one))) {
    if (kept.length === COLOURS) break;
    if (flat(n) || kept.every((other) => apart(exact, other) >= NEAR)) kept.push(exact);
  }
  return kept;
}

/** The same picture in few bytes. */
export function small(file) {
  const picture = decode(file);
  const { width, height, step, pixels } = picture;
  const colours = palette(picture);
  const nearest = new Map(colours.map((exact, index) => [exact, index]));
  const find = (exact) => {
    let [best, distance] = [0, Infinity];
    colours.forEach((colour, index) => {
      const d = apart(colour, exact);
      if (d < distance) [best, distance] = [index, d];
    });
    nearest.set(exact, best);
    return best;
  };
  // Two pixels to a byte, after the one that says that a row is as it is.
  const row = 1 + Math.ceil(width / 2);
  const rows = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * step;
      const exact = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
      rows[y * row + 1 + (x >> 1)] |= (nearest.get(exact) ?? find(exact)) << (x % 2 === 0 ? 4 : 0);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([4, 3, 0, 0, 0], 8);
  const table = Buffer.from(colours.flatMap((c) => [(c >> 16) & 255, (c >> 8) & 255, c & 255]));
  const data = deflateSync(rows, { level: 9 });
  const chunks = [chunk('IHDR', header), chunk('PLTE', table), chunk('IDAT', data)];
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}
