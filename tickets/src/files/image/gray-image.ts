/** A picture in shades of grey, row by row, a byte a pixel. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** The image at 1/`factor` of its size; each pixel is the mean of those that it replaces. */
export const shrink = (image: GrayImage, factor: number): GrayImage => {
  if (factor === 1) return image;
  const width = Math.ceil(image.width / factor);
  const height = Math.ceil(image.height / factor);
  const pixels = new Uint8Array(width * height);
  const sums = new Uint32Array(width);
  for (let y = 0; y < height; y += 1) {
    sums.fill(0);
    const rows = Math.min(factor, image.height - y * factor);
    for (let row = 0; row < rows; row += 1) {
      const start = (y * factor + row) * image.width;
      for (let x = 0; x < image.width; x += 1) {
        const column = (x / factor) | 0;
        sums[column] = (sums[column] ?? 0) + (image.pixels[start + x] ?? 0);
      }
    }
    for (let x = 0; x < width; x += 1) {
      pixels[y * width + x] = (sums[x] ?? 0) / (rows * Math.min(factor, image.width - x * factor));
    }
  }
  return { width, height, pixels };
};

/** The image turned about its centre, on its mean shade: white corners would change what ZXing takes for black. */
export const rotate = (image: GrayImage, degrees: number): GrayImage => {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const width = Math.ceil(Math.abs(image.width * cos) + Math.abs(image.height * sin));
  const height = Math.ceil(Math.abs(image.width * sin) + Math.abs(image.height * cos));
  const mean = image.pixels.reduce((sum, pixel) => sum + pixel, 0) / image.pixels.length;
  const pixels = new Uint8Array(width * height).fill(mean);
  for (let y = 0; y < height; y += 1) {
    const down = y - height / 2;
    for (let x = 0; x < width; x += 1) {
      const right = x - width / 2;
      const fromX = Math.round(right * cos + down * sin + image.width / 2);
      const fromY = Math.round(down * cos - right * sin + image.height / 2);
      if (fromX >= 0 && fromX < image.width && fromY >= 0 && fromY < image.height) {
        pixels[y * width + x] = image.pixels[fromY * image.width + fromX] ?? 0;
      }
    }
  }
  return { width, height, pixels };
};
