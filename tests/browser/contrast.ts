/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Page } from 'playwright-core';

/** A text whose contrast against its ground is too low. */
export interface Faint {
  readonly text: string;
  readonly ratio: number;
}

/**
 * Texts below 4.5:1 (WCAG 2.2, 1.4.3, level AA for text of any size), computed from what the browser really paints:
 * colour of the text against the nearest painted background.
 */
export function faintTexts(page: Page): Promise<Faint[]> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas to read colours with');
    const rgba = (colour: string) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour: string) => {
      const [r, g, b] = rgba(colour)
        .slice(0, 3)
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
    };
    const groundOf = (element: Element): string => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if ((rgba(backgroundColor)[3] ?? 0) === 255) return backgroundColor;
      }
      return 'white';
    };
    const faint: { text: string; ratio: number }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim();
      if (!element || !text || element.closest('noscript, option') || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const ink = element instanceof SVGElement ? style.fill : style.color;
      const [a, b] = [luminance(ink), luminance(groundOf(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) faint.push({ text, ratio: Math.round(ratio * 100) / 100 });
    }
    return faint;
  });
}

/** Shades that carry a meaning, against the land and the paper they stand on: 3:1 at least (WCAG 2.2, 1.4.11). */
export function faintShades(page: Page): Promise<Faint[]> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas to read colours with');
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const rect = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'rect'));
    document.body.append(svg);
    const luminance = (shade: string) => {
      rect.setAttribute('class', `shade-${shade}`);
      canvas.fillStyle = getComputedStyle(rect).fill;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
    };
    const shades = [
      'normal',
      'suspected',
      'throttled',
      'stalled',
      'blocked',
      'platform-outage',
      'local-congestion',
    ];
    const faint = shades.flatMap((shade) =>
      ['land', 'paper'].map((ground) => {
        const [a, b] = [luminance(shade), luminance(ground)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        return { text: `${shade} on ${ground}`, ratio: Math.round(ratio * 100) / 100 };
      }),
    );
    svg.remove();
    return faint.filter(({ ratio }) => ratio < 3);
  });
}
