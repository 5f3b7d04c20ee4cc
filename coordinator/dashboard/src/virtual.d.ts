declare module 'virtual:world' {
  const world: import('../build/world.js').World;
  export default world;
}
