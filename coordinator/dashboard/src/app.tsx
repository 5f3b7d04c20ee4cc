import { useEffect, useRef } from 'preact/hooks';
import { AboutPage } from './about/about-page.js';
import { AtlasPage } from './atlas/atlas-page.js';
import { Footer } from './frame/footer.js';
import { Header } from './frame/header.js';
import { LostPage } from './frame/lost-page.js';
import { SwatchPatterns } from './frame/swatch.js';
import { IncidentPage } from './incidents/incident-page.js';
import { PlacePage } from './place/place-page.js';
import { type Route, useRoute } from './route.js';

export function App() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const place = JSON.stringify(route.page);
  const first = useRef(true);

  // A new page begins at its top, for eyes and for screen readers; the first one leaves the focus alone.
  useEffect(() => {
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [place]);

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <SwatchPatterns />
      <Header route={route} />
      <main id="main" tabIndex={-1} ref={main}>
        <CurrentPage route={route} />
      </main>
      <Footer />
    </>
  );
}

function CurrentPage({ route }: { readonly route: Route }) {
  const { page, view } = route;
  switch (page.name) {
    case 'atlas':
      return <AtlasPage view={view} />;
    case 'place':
      return <PlacePage key={page.country} country={page.country} view={view} />;
    case 'incident':
      return <IncidentPage key={page.id} id={page.id} />;
    case 'about':
      return <AboutPage />;
    case 'lost':
      return <LostPage />;
  }
}
