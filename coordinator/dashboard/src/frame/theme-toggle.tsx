import { useState } from 'preact/hooks';

type Theme = 'auto' | 'light' | 'dark';

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const LABEL: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' };
/** The same key as in public/theme.js, which applies the choice before the first paint. */
const KEY = 'brakelight-theme';

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(current);
  const next = NEXT[theme];
  const change = () => {
    apply(next);
    setTheme(next);
  };
  return (
    <button type="button" class="theme" onClick={change} title={`Change to ${LABEL[next].toLowerCase()}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.25" class="theme-ring" />
        <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" class="theme-half" />
      </svg>
      <span class="visually-hidden">Colours: </span>
      {LABEL[theme]}
    </button>
  );
}

function current(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

function apply(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'auto') delete dataset.theme;
  else dataset.theme = theme;
  try {
    if (theme === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden: the choice holds until the page is closed.
  }
}
