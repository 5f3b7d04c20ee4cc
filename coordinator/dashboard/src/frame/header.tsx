import { href, type Route } from '../route.js';
import { ThemeToggle } from './theme-toggle.js';

export function Header({ route }: { readonly route: Route }) {
  const { source } = route.view;
  return (
    <header class="masthead">
      <a class="wordmark" href={href({ name: 'atlas' }, { source })}>
        <svg class="mark" viewBox="0 0 34 18" aria-hidden="true">
          <rect x="1" y="1" width="32" height="16" rx="8" class="mark-shell" />
          <rect x="16.5" y="4.5" width="13" height="9" rx="4.5" class="mark-lamp" />
        </svg>
        Brakelight
      </a>
      <nav aria-label="Pages">
        <a
          href={href({ name: 'atlas' }, { source })}
          aria-current={route.page.name === 'atlas' ? 'page' : undefined}
        >
          Atlas
        </a>
        <a href={href({ name: 'about' })} aria-current={route.page.name === 'about' ? 'page' : undefined}>
          About
        </a>
        <ThemeToggle />
      </nav>
    </header>
  );
}
