// PowerShell's own console, as pwsh is.
return Microsoft.PowerShell.UnmanagedPSEntry.Start(args, args.Length);
