// Artifacts are little-endian, as is every platform that Node and PyTorch are built for: no bytes are swapped.

/** The bytes of a typed array, shared with it. */
export function bytesOf(array: Float32Array | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A copy, since a file's buffer needn't be aligned. */
export function float32Of(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** A copy, since a file's buffer needn't be aligned. */
export function uint16Of(bytes: Uint8Array): Uint16Array<ArrayBuffer> {
  return new Uint16Array(new Uint8Array(bytes).buffer);
}

/** A copy, since a file's buffer needn't be aligned. */
export function uint32Of(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  return new Uint32Array(new Uint8Array(bytes).buffer);
}
