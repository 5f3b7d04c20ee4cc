import { render } from 'preact';
import { App } from './app.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/atlas.css';
import './styles/incident.css';

const root = document.getElementById('app');
if (root) render(<App />, root);
