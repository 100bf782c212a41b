/** Where the lines of a long list lie: heights in pixels, of which only those in view are drawn. */
export class Lines {
  #tops;

  /** @param {number[]} heights */
  constructor(heights) {
    this.#tops = new Float64Array(heights.length + 1);
    heights.forEach((height, place) => {
      this.#tops[place + 1] = this.#tops[place] + height;
    });
  }

  get count() {
    return this.#tops.length - 1;
  }

  get height() {
    return this.#tops[this.count];
  }

  /** @param {number} place @returns {number} */
  top(place) {
    return this.#tops[place];
  }

  /**
   * The lines that touch the stretch from one height to another.
   * @param {number} from @param {number} to @returns {[number, number]} the first, and the one after the last
   */
  between(from, to) {
    if (to <= 0 || from >= this.height || from >= to) return [0, 0];
    return [this.#at(Math.max(0, from)), Math.min(this.count, this.#at(Math.min(this.height, to)) + 1)];
  }

  /** @param {number} height */
  #at(height) {
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle] <= height) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
