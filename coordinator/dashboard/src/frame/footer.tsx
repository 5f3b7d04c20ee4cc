import { apiUrl } from '../api/client.js';
import { useCoordinator } from '../api/queries.js';

export function Footer() {
  const facts = useCoordinator();
  const said = facts.status === 'ready' ? facts.data : {};
  return (
    <footer class="colophon">
      <p>
        <a href={apiUrl('openapi.json')}>API</a>
        <a href={apiUrl('v1/incidents')}>Incidents as JSON</a>
        <a href={apiUrl('v1/cells')}>Cells as JSON</a>
      </p>
      <p>
        Data under CC BY 4.0. Borders as Natural Earth draws them, simplified; they are no statement about
        anyone’s status.
      </p>
      {(said.fingerprint || said.methodVersion) && (
        <p>
          {said.methodVersion && <>Method {said.methodVersion}. </>}
          {said.fingerprint && (
            <>
              This coordinator’s key: <code>{said.fingerprint}</code>
            </>
          )}
        </p>
      )}
    </footer>
  );
}
