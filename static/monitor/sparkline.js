/** Draws a small curve without axes. A library takes ten times as long. */

/**
 * @param {HTMLCanvasElement} canvas - Drawn at the size in its style.
 * @param {number[]} values - Non-finite values leave a gap.
 */
export function drawSparkline(canvas, values) {
  const ratio = Math.min(devicePixelRatio, 2);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  const pen = canvas.getContext("2d");
  if (!pen || !width || !height) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  pen.clearRect(0, 0, width, height);
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return;
  const low = Math.min(...finite, 0);
  const span = Math.max(...finite, 0) - low || 1;
  const x = (/** @type {number} */ i) => ratio + (i / (values.length - 1)) * (width - 2 * ratio);
  const y = (/** @type {number} */ value) => height - ratio - ((value - low) / span) * (height - 2 * ratio);
  pen.lineWidth = 1.5 * ratio;
  pen.lineJoin = "round";
  pen.strokeStyle = colour(canvas);
  pen.beginPath();
  let drawing = false;
  values.forEach((value, i) => {
    if (Number.isFinite(value)) pen[drawing ? "lineTo" : "moveTo"](x(i), y(value));
    drawing = Number.isFinite(value);
  });
  pen.stroke();
}

// Reading a style forces a layout, so it is read once for each colour scheme.
/** @type {Map<boolean, string>} */
const colours = new Map();
const dark = matchMedia("(prefers-color-scheme: dark)");

/** @param {HTMLElement} element */
function colour(element) {
  const known = colours.get(dark.matches);
  if (known) return known;
  const found = getComputedStyle(element).getPropertyValue("--accent").trim();
  colours.set(dark.matches, found);
  return found;
}
