import { useCoordinator } from '../api/queries.js';

/** How a volunteer joins this very coordinator. */
export function JoinSteps() {
  const facts = useCoordinator();
  const address = new URL('.', document.baseURI).href.replace(/\/$/, '');
  const fingerprint = facts.status === 'ready' ? facts.data.fingerprint : undefined;
  const join = `npx brakelight-probe join ${address} --token YOUR_TOKEN${fingerprint ? ` --fingerprint ${fingerprint}` : ''}`;
  return (
    <>
      <p>A probe is a small program on a computer of yours. To add one here:</p>
      <ol>
        <li>Ask whoever runs this coordinator for a token.</li>
        <li>
          On a machine with Node 20 or later, in a clone of the project:
          <code class="command">npm ci &amp;&amp; npm run build</code>
          <code class="command">{join}</code>
          <code class="command">npx brakelight-probe run</code>
        </li>
        <li>
          Read what it asks you to consent to. It measures nothing before that, and never past its byte
          budget.
        </li>
      </ol>
    </>
  );
}
