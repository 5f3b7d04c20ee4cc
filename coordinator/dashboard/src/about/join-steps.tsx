/** How a volunteer joins this very coordinator. */
export function JoinSteps() {
  const coordinator = new URL('.', document.baseURI).href.replace(/\/$/, '');
  return (
    <>
      <p>A probe is a small program on a computer of yours. To add one here:</p>
      <ol>
        <li>Ask whoever runs this coordinator for a token.</li>
        <li>
          On any machine with Node 20 or later, in a clone of the project:
          <pre tabIndex={0}>
            <code>{`npm run join -- --coordinator ${coordinator} --token YOUR_TOKEN`}</code>
          </pre>
        </li>
        <li>
          Read what it asks you to consent to. It measures nothing before that, and never past its byte
          budget.
        </li>
      </ol>
    </>
  );
}
