export const httpField = () => 'not yet';
