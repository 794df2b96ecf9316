/** Draws CartPole from its observation, in the page's colours. The sizes are Gymnasium's, in its units of length. */

// The episode ends where the cart's middle is 2.4 from the track's.
const REACH = 2.4;
const VIEW = { width: 2 * REACH + 1, height: 2.2, ground: 1.65 };
const CART = { width: 0.6, height: 0.3 };
const POLE = { length: 1, width: 0.12 };

/**
 * @param {HTMLCanvasElement} canvas - Drawn at the size in its style.
 * @param {ArrayLike<number>} observation - Position, velocity, angle and angular velocity.
 */
export function drawCartPole(canvas, observation) {
  const [position, , angle] = Array.from(observation);
  const pen = canvas.getContext("2d");
  const ratio = Math.min(devicePixelRatio, 2);
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (!pen || !width || !height) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const style = getComputedStyle(canvas);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const scale = Math.min(width / VIEW.width, height / VIEW.height);
  pen.setTransform(scale, 0, 0, scale, width / 2, (height - VIEW.height * scale) / 2 + VIEW.ground * scale);
  pen.clearRect(-width, -height, 2 * width, 2 * height);
  pen.fillStyle = colour("--rule");
  pen.fillRect(-REACH, 0, 2 * REACH, 0.02);
  for (const end of [-REACH, REACH]) pen.fillRect(end - 0.01, -0.12, 0.02, 0.24);
  pen.translate(position, 0);
  pen.fillStyle = colour("--ink");
  pen.fillRect(-CART.width / 2, -CART.height / 2, CART.width, CART.height);
  pen.translate(0, -CART.height / 4);
  pen.rotate(angle);
  pen.fillStyle = colour("--accent");
  pen.fillRect(-POLE.width / 2, -POLE.length, POLE.width, POLE.length);
  pen.setTransform(1, 0, 0, 1, 0, 0);
}
